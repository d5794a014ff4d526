import { ENGINES, type EngineName } from '../../src/language/words.ts';
import { RUNTIMES, type RuntimeName } from '../../src/model/container.ts';
import type { Genuine, Sha256 } from '../../src/model/targets.ts';
import { engineOf } from '../engines/index.ts';
import bare from '../runtimes/bare.sh';
import containerCommon from '../runtimes/container.sh';
import { runtimeOf } from '../runtimes/index.ts';
import { slurm } from '../schedulers/slurm/index.ts';
import account from './runtime/account.sh';
import alive from './runtime/alive.sh';
import attempt from './runtime/attempt.sh';
import clean from './runtime/clean.sh';
import common from './runtime/common.sh';
import daly from './runtime/daly.sh';
import environ from './runtime/environ.sh';
import generations from './runtime/generations.sh';
import host from './runtime/host.sh';
import inner from './runtime/inner.sh';
import main from './runtime/main.sh';
import modules from './runtime/modules.sh';
import outer from './runtime/outer.sh';
import output from './runtime/output.sh';
import run from './runtime/run.sh';
import schedule from './runtime/schedule.sh';
import seal from './runtime/seal.sh';
import status from './runtime/status.sh';
import storage from './runtime/storage.sh';
import suspended from './runtime/suspended.sh';
import trust from './runtime/trust.sh';

/** Raised whenever the bash below changes what a job does; stands in every script. */
export const runtimeVersion = 7;
/** Raised whenever a run's folder changes so that another version cannot go on with it. */
export const stateFormat = 2;

/** What a job needs beside what every job does; `container`: its runtime, or none. */
export type Needs = Record<'modules' | 'alive' | 'auto' | 'protect', boolean> & {
  readonly engine: EngineName;
  readonly container: RuntimeName | null;
};

/** The parts of the runtime, in the order in which they are read: what happens first, how it is done after. */
function partsFor(needs: Needs): readonly string[] {
  const parts = [
    attempt,
    outer,
    inner,
    ...(engineOf(needs.engine).saves ? [schedule, seal] : []),
    ...engineOf(needs.engine).bash(needs),
    ...(needs.auto ? [daly] : []),
    ...(needs.alive ? [alive] : []),
    generations,
    run,
    trust,
    storage,
    output,
    account,
    suspended,
    slurm.bash,
    environ,
    host,
    ...(needs.container === null ? [bare] : [containerCommon, runtimeOf(needs.container).bash]),
    ...(needs.modules ? [modules] : []),
    status,
    clean,
  ];
  return parts.concat(common, main);
}

/** The bash of a runtime as it is in the repository: without the sums that a script has of it. */
export const bashOf = (needs: Needs): string => partsFor(needs).join('\n');

/** What begins the runtime in a script; behind it the version. */
const MARK = "# === crflow's runtime ";
/** What a part of it begins with, and the beginning of the sha256 of what follows up to the next. */
const HEADING = /^# --- (.+) ---(?: ([0-9a-f]{12}))?$/;
const SUM = '# sha256 ';

/** One for each set of needs, whoever did the sums: every sha256 says the same. */
const made = new Map<string, string>();

/**
 * The bash that every job carries: the same bytes in every script with the same needs, behind a line with its sha256. Each part has a
 * sum as well, so that a comparison of two versions shows at a glance which parts differ.
 */
export function runtime(needs: Needs, sha256: Sha256): string {
  const key = JSON.stringify(needs);
  const before = made.get(key);
  if (before !== undefined) return before;
  const text = ownSections(needs)
    .map(({ title, body }) => `# --- ${title} --- ${short(sha256(body))}\n${body}`)
    .join('\n');
  const fresh = `${MARK}${runtimeVersion}: the same in every script that has these parts ===
# Whether it still is: crc verify FILE, or sed '1,/^${SUM}/d' FILE | sha256sum, which prints the sum in the next line.
${SUM}${sha256(`${text}\n`)}
${text}
`;
  made.set(key, fresh);
  return fresh;
}

interface Section {
  readonly title: string;
  /** From behind its heading to the line before the next one. */
  readonly body: string;
  readonly sum: string | undefined;
}

const ownSections = (needs: Needs) => sections(bashOf(needs).trimEnd());

/** The parts of a runtime's text, each begun by its heading; what is before the first is lost. */
function sections(text: string): Section[] {
  const found: { title: string; sum: string | undefined; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const [, title, sum] = HEADING.exec(line) ?? [];
    if (title !== undefined) found.push({ title, sum, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ title, sum, lines }) => ({ title, sum, body: lines.join('\n') }));
}

/** As much of a sum as a part's heading has. */
const short = (sum: string) => sum.slice(0, 12);

/** Where a script's runtime begins; undefined where it has none. What a flow's `run` says, above it, may look the same. */
export function runtimeStart(script: string): number | undefined {
  const at = script.lastIndexOf(`\n${MARK}`);
  return at < 0 ? undefined : at + 1;
}

/** Is the runtime in a script the one that this crc writes, to the last byte? `other`: whole, and of another version. */
export function genuine(script: string, sha256: Sha256): Genuine {
  const start = runtimeStart(script);
  if (start === undefined) return { kind: 'none' };
  const runtimeText = script.slice(start);
  const [head = '', number = '', whole] =
    new RegExp(`^${MARK}(\\d+): .*\\n.*\\n${SUM}([0-9a-f]{64})\\n`).exec(runtimeText) ?? [];
  const version = Number(number);
  const text = runtimeText.slice(head.length);
  if (version !== runtimeVersion && sha256(text) === whole) return { kind: 'other', version };
  const isOurs = everyNeed().some((needs) => runtime(needs, sha256) === runtimeText);
  if (isOurs) return { kind: 'genuine', version };
  const ours = version === runtimeVersion ? everySum(sha256) : undefined;
  const parts = sections(text.replace(/\n$/, ''))
    .filter(({ title, body, sum }) => short(sha256(body)) !== (ours === undefined ? sum : ours.get(title)))
    .map(({ title }) => title);
  return { kind: 'changed', version, parts };
}

/** All that a flow can need. */
function everyNeed(): readonly Needs[] {
  const either = [true, false];
  return ENGINES.flatMap((engine) =>
    [null, ...RUNTIMES].flatMap((container) =>
      either.flatMap((modules) =>
        either.flatMap((alive) =>
          either.flatMap((auto) =>
            either.map((protect): Needs => ({ engine, container, modules, alive, auto, protect })),
          ),
        ),
      ),
    ),
  );
}

/** A job of each engine and container runtime, with all that it can need beside. */
export const fullest = (): readonly Needs[] =>
  ENGINES.flatMap((engine) =>
    [null, ...RUNTIMES].map(
      (container): Needs => ({ engine, container, modules: true, alive: true, auto: true, protect: true }),
    ),
  );

/** The sum of each part that a script of this version can have, by its title. */
const everySum = (sha256: Sha256): ReadonlyMap<string, string> =>
  new Map(
    fullest()
      .flatMap(ownSections)
      .map(({ title, body }) => [title, short(sha256(body))] as const),
  );
