import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LONGEST_SOURCE } from '../../src/syntax/parse.ts';
import { type Case, readCase, SOURCE } from './cases.ts';
import type { CompileInputs } from './compile.ts';

/**
 * specs/explained.json: for each code that no program can correct (`fixes`), what is wrong and what is right. The texts are
 * what `crc explain` shows. They are the contents of a workflow, whose other blocks are added; or a whole file.
 */
interface Written {
  readonly wrong: string | readonly string[];
  readonly right: string | readonly string[];
  /** The file that they are, if that is not the flow; and the flow. */
  readonly in?: string;
  readonly flow?: string | readonly string[];
  /** The case that has the other files. */
  readonly beside?: string;
  /** Other files; and those that are different in what is right. */
  readonly files?: Readonly<Record<string, string | readonly string[]>>;
  readonly rightFiles?: Written['files'];
  /** What --set gives. */
  readonly set?: Readonly<Record<string, string>>;
  readonly rightSet?: Written['set'];
  /** What else it has, because of what is wrong. */
  readonly also?: readonly string[];
  /** Why the commands, in the pages of the tools, are not run by a test. */
  readonly notRun?: string;
}

export const explained = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../specs/explained.json'), 'utf8'),
) as Readonly<Record<string, Written>>;

/** A text to show, and the flow that it means. */
export interface Example {
  readonly shown: string;
  readonly of: Case;
}

export const textOf = (lines: string | readonly string[]): string => [lines].flat().join('\n');

/** Is the example of a code too large for a file? */
export const isLarge = (code: string): boolean => code in LARGE;

/** The examples of a code; undefined if there are none. */
export function examplesOf(code: string): { readonly wrong: Example; readonly right: Example } | undefined {
  const large = LARGE[code];
  if (large !== undefined) return large();
  const one = explained[code];
  if (one === undefined || code >= 'CRF9') return undefined;
  const example = (written: Written['wrong'], more: Written['files'] = {}, set = one.set): Example => {
    const text = textOf(written);
    const files = { ...one.files, ...more, ...(one.in === undefined ? {} : { [one.in]: text }) };
    const settings = Object.entries(set ?? {}).map(([name, value]) => `--set ${name}=${value}`);
    const others = Object.entries(one.in === undefined ? files : {}).map(
      ([name, lines]) => `// ${name}\n${textOf(lines)}`,
    );
    const command = settings.length === 0 ? [] : [`// crc compile ${settings.join(' ')}`];
    return {
      shown: [...command, text, ...others].join('\n'),
      of: {
        source: { name: SOURCE, text: wholeFlow(one.in === undefined ? text : textOf(one.flow ?? '')) },
        given: {
          ...{ settings: new Map(Object.entries(set ?? {})), include: among(files, one.beside) },
          readInput: (name) => (files[name] === undefined ? undefined : `${textOf(files[name])}\n`),
        },
      },
    };
  };
  return { wrong: example(one.wrong), right: example(one.right, one.rightFiles, one.rightSet) };
}

function among(
  files: NonNullable<Written['files']>,
  beside: string | undefined,
): NonNullable<CompileInputs['include']> {
  const others = beside === undefined ? undefined : readCase(beside).given.include;
  return (path, from) => {
    const name = path.replace(/^\.\//, '');
    const lines = files[name];
    if (lines !== undefined) return { source: { name, text: `${textOf(lines)}\n` }, id: name };
    return others?.(path, from) ?? { why: 'there is no such file' };
  };
}

const BLOCKS = {
  application: 'run = "./solve"',
  checkpoint: 'interval = 10min  lead = 2min',
  schedule: 'time = 2h  total = 1d',
};

/** The text, if it is a whole file; otherwise a flow with it: statements before the workflow, the rest in it. */
export function wholeFlow(text: string): string {
  if (/^(?:crflow|workflow)\b/m.test(text)) return `${text}\n`;
  const isTop = (line: string) => /^(?:let|param|include|site)\b/.test(line);
  const lines = text.split('\n');
  const inside = lines.filter((line) => !isTop(line));
  const missing = Object.entries(BLOCKS)
    .filter(([name]) => !lines.some((line) => line.startsWith(`${name} `)))
    .map(([name, keys]) => `${name} { ${keys} }`);
  const body = [...missing, ...inside].map((line) => `  ${line}`.trimEnd());
  return ['crflow 1', ...lines.filter(isTop), 'workflow water {', ...body, '}', ''].join('\n');
}

const flowCase = (text: string, given: CompileInputs = {}): Case => ({
  source: { name: SOURCE, text },
  given: { settings: new Map(), include: () => ({ why: 'there is no such file' }), ...given },
});

/** Examples that are too large for a page: what is shown is shortened, and what is compiled is not. */
const LARGE: Readonly<Record<string, () => { wrong: Example; right: Example }>> = {
  CRF016: () => ({
    wrong: {
      shown:
        'application {\n  run = """\n    cat >table.dat <<EOF\n    … 400,000 characters …\n    EOF\n    ./solve table.dat\n  """\n}',
      of: flowCase(wholeFlow(`application { run = "./solve ${'x'.repeat(LONGEST_SOURCE)}" }`)),
    },
    right: {
      shown: 'application { run = "./solve table.dat" }',
      of: flowCase(wholeFlow('application { run = "./solve table.dat" }')),
    },
  }),
  CRF127: () => {
    const names = Array.from({ length: 101 }, (_, i) => `let a${i} = a${i + 1}`).join('\n');
    return {
      wrong: {
        shown: 'let a0 = a1\nlet a1 = a2\n…\nlet a100 = a101\nlet a101 = 1min',
        of: flowCase(wholeFlow(`${names}\nlet a101 = 1min\napplication { run = "./solve {{a0}}" }`)),
      },
      right: {
        shown: 'let a0 = 1min',
        of: flowCase(wholeFlow('let a0 = 1min\napplication { run = "./solve {{a0}}" }')),
      },
    };
  },
  CRF153: () => {
    const body = 'application { run = "./solve" }\n';
    const include: NonNullable<CompileInputs['include']> = (path) => ({
      source: { name: path, text: `crflow 1\ninclude "${path}x"\n` },
      id: path,
    });
    return {
      wrong: {
        shown: '// a1.crflow includes a2.crflow, which includes a3.crflow, and so on\ninclude "a1.crflow"',
        of: flowCase(wholeFlow(`include "a"\n${body}`), { include }),
      },
      right: {
        shown: '// a.crflow has all of it\ninclude "a.crflow"',
        of: flowCase(wholeFlow('include "a.crflow"\napplication { run = "./solve {{x}}" }'), {
          include: (path) => ({ source: { name: path, text: 'crflow 1\nlet x = 1\n' }, id: path }),
        }),
      },
    };
  },
  CRF225: () => {
    const names = `let a = "${'x'.repeat(1000)}"\nlet b = "${'{{a}}'.repeat(20)}"`;
    return {
      wrong: {
        shown:
          'let a = "… 1,000 characters …"\nlet b = "{{a}}{{a}} … 20 times …"\napplication { run = "./solve {{b}}{{b}} … 11 times …" }',
        of: flowCase(wholeFlow(`${names}\napplication { run = "./solve ${'{{b}}'.repeat(11)}" }`)),
      },
      right: {
        shown: 'application { run = "./solve --text long.txt" }',
        of: flowCase(wholeFlow('application { run = "./solve --text long.txt" }')),
      },
    };
  },
  CRF500: () => {
    const flow = (build: string) =>
      wholeFlow(
        `container { runtime = podman  image = "localhost/solve:1" }\nimage { from = "debian:12"  copy "src" to "/opt/src"  build = "${build}" }`,
      );
    return {
      wrong: {
        shown:
          'image {\n  from = "debian:12"\n  copy "src" to "/opt/src"\n  build = """\n    … 100 kB of commands …\n  """\n}',
        of: flowCase(flow('echo a line that is not long\\n'.repeat(3500))),
      },
      right: {
        shown: 'image {\n  from = "debian:12"\n  copy "src" to "/opt/src"\n  build = "sh build.sh"\n}',
        of: flowCase(flow('sh build.sh')),
      },
    };
  },
  CRF501: () => {
    const names = `let a = "${'x'.repeat(1000)}"\nlet b = "${'{{a}}'.repeat(190)}"`;
    const many = Array.from({ length: 2500 }, (_, i) => `V${i} = b`).join('  ');
    return {
      wrong: {
        shown:
          'let a = "… 1,000 characters …"\nlet b = "{{a}}{{a}} … 190 times …"\nenvironment { set { V0 = b  V1 = b  … 2,500 of them … } }',
        of: flowCase(wholeFlow(`${names}\nenvironment { set { ${many} } }`)),
      },
      right: {
        shown: 'environment { set { TEXT = "long.txt" } }',
        of: flowCase(wholeFlow('environment { set { TEXT = "long.txt" } }')),
      },
    };
  },
};
