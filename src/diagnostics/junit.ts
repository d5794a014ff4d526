/** A file that was checked, and what is wrong with it. */
export interface Tested {
  readonly file: string;
  /** Findings that fail, rendered, with the code and the title of the first. */
  readonly failures: readonly { readonly code: string; readonly title: string; readonly text: string }[];
  /** Other findings, rendered. */
  readonly warnings: readonly string[];
}

/**
 * Files as test cases of JUnit, for GitLab (`artifacts: reports: junit`). GitLab shows one failure of a test
 * case, so all that fail in a file are one.
 */
export function junit(tested: readonly Tested[]): string {
  const failed = tested.filter(({ failures }) => failures.length > 0).length;
  const counts = `tests="${tested.length}" failures="${failed}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="crc" ${counts}>`,
    ...tested.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ file, failures, warnings }: Tested): string[] {
  const [first] = failures;
  const head = `    <testcase classname="crflow" name="${xml(file)}" file="${xml(file)}"`;
  if (first === undefined && warnings.length === 0) return [`${head}/>`];
  const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
  return [
    `${head}>`,
    ...(first === undefined
      ? []
      : [
          `      <failure type="${first.code}" message="${xml(first.title + more)}">`,
          xml(failures.map(({ text }) => text).join('\n\n')),
          '      </failure>',
        ]),
    ...(warnings.length === 0
      ? []
      : ['      <system-out>', xml(warnings.join('\n\n')), '      </system-out>']),
    '    </testcase>',
  ];
}

/** Text for content and attributes. What XML cannot contain at all becomes U+FFFD. */
function xml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replaceAll(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (one) => names[one] ?? one);
}
