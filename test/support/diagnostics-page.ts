/** A page of `crc explain`: src/cli/explain.ts. */
export interface Page {
  readonly code: string;
  readonly severity: string;
  readonly about: string;
  readonly shown: string;
  readonly wrong: string;
  readonly right: string;
}

/** The families of codes: the first of each, and its heading. */
const FAMILIES: readonly (readonly [string, string])[] = [
  ['CRF001', 'The text (CRF0)'],
  ['CRF101', 'Names and structure (CRF1)'],
  ['CRF201', 'Values (CRF2)'],
  ['CRF301', 'Times and memory (CRF3)'],
  ['CRF401', 'Sites, containers and `run` (CRF4)'],
  ['CRF500', 'Outputs, images, engines, programs and `allow` (CRF5)'],
  ['CRF900', 'The tools (CRF9)'],
];

/** docs/diagnostics.md: what `crc explain` knows. */
export function pageOf(pages: readonly Page[]): string {
  const parts = FAMILIES.map(([first, heading], i) => {
    const next = FAMILIES[i + 1]?.[0] ?? 'CRG';
    const own = pages.filter(({ code }) => code >= first && code < next);
    return [`## ${heading}`, ...own.map(section)].join('\n\n');
  });
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

const HEAD = `# Every finding of crc

\`crc explain CODE\` shows the same. Each code has an example as crc prints it, what is wrong in it, and what is right. Tests compile
both; this page is made from them (\`npm run specs:update\`), so do not edit it. What stands in the examples is the contents of a workflow;
the blocks that are left out are

\`\`\`crflow
application { run = "./solve" }
checkpoint { interval = 10min  lead = 2min }
schedule { time = 2h  total = 1d }
\`\`\`

The examples of the tools are commands. A code keeps its meaning, and none is used again.`;

function section({ code, severity, about, shown, wrong, right }: Page): string {
  const language = code >= 'CRF9' ? 'sh' : /^\s*\{\n/.test(wrong) ? 'json' : '';
  return [
    `### ${code}`,
    `${about} (${severity}).`,
    fence('text', shown),
    'Instead of',
    fence(language, wrong),
    'write',
    fence(language, right),
  ].join('\n\n');
}

const fence = (language: string, text: string) => `\`\`\`${language}\n${visible(text)}\n\`\`\``;

/** A control character would make a page binary. */
const visible = (text: string) =>
  text.replaceAll(/[^\P{Cc}\n\t]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
