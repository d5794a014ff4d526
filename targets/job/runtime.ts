import { ENGINES, type EngineName } from '../../src/language/words.ts';
import { RUNTIMES, type RuntimeName } from '../../src/model/container.ts';
import type { Genuine, Sha256 } from '../../src/model/targets.ts';
import { engineOf } from '../engines/index.ts';
import bare from '../runtimes/bare.sh';
import containerCommon from '../runtimes/container.sh';
import { runtimeOf } from '../runtimes/index.ts';
import onHost from '../runtimes/on-host.sh';
import ranks from '../runtimes/ranks.sh';
import whole from '../runtimes/whole.sh';
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
import measure from './runtime/measure.sh';
import modules from './runtime/modules.sh';
import outer from './runtime/outer.sh';
import output from './runtime/output.sh';
import run from './runtime/run.sh';
import schedule from './runtime/schedule.sh';
import seal from './runtime/seal.sh';
import settings from './runtime/settings.sh';
import status from './runtime/status.sh';
import storage from './runtime/storage.sh';
import suspended from './runtime/suspended.sh';
import trust from './runtime/trust.sh';

/** Raised whenever a change of the bash below changes what a job does; every script contains it. */
export const runtimeVersion = 14;
/** Raised whenever a run's folder changes so that another version cannot continue the run. */
export const stateFormat = 2;

/**
 * What a job needs besides the parts that every job has; `container`: its runtime, or none; `ranks`: a container for each rank; `mpi`:
 * ranks that crflow starts under DMTCP.
 */
export type Needs = Record<'modules' | 'alive' | 'auto' | 'protect' | 'ranks' | 'mpi', boolean> & {
  readonly engine: EngineName;
  readonly container: RuntimeName | null;
};

/** The parts of the runtime, in reading order: first what happens, then how it is done. */
function partsFor(needs: Needs): readonly string[] {
  const parts = [
    attempt,
    outer,
    inner,
    measure,
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
    ...(engineOf(needs.engine).usesSteps ? [slurm.stepsBash] : []),
    ...(needs.container === null ? [] : [slurm.variablesBash]),
    environ,
    host,
    ...placeFor(needs),
    ...(needs.modules ? [modules] : []),
    status,
    clean,
  ];
  return parts.concat(common, settings, main);
}

/** Where the inner half and the application run. */
function placeFor({ container, ranks: each }: Needs): readonly string[] {
  if (container === null) return [bare, onHost];
  const runtime = runtimeOf(container);
  return each ? [containerCommon, onHost, ranks, runtime.ranksBash] : [containerCommon, whole, runtime.bash];
}

/** The bash of a runtime as it is in the repository, without the checksums that a script contains. */
export const bashOf = (needs: Needs): string => partsFor(needs).join('\n');

/** The beginning of the runtime in a script, followed by the version. */
const MARK = "# === crflow's runtime ";
/** The heading of a part, and the beginning of the sha256 of the text from there to the next heading. */
const HEADING = /^# --- (.+) ---(?: ([0-9a-f]{12}))?$/;
/** The beginning of a heading: searching for it is much faster than trying the pattern on each line. */
const HEAD = '\n# --- ';
const SUM = '# sha256 ';

/** One for each set of needs, whichever sha256 function was used: all give the same result. */
const made = new Map<string, string>();

/**
 * The bash that every job contains: byte for byte the same in every script with the same needs, after a line with its sha256. Each part
 * has its own checksum, so that a diff of two versions shows which parts differ.
 */
export function runtime(needs: Needs, sha256: Sha256): string {
  const key = JSON.stringify(needs);
  const before = made.get(key);
  if (before !== undefined) return before;
  const text = ownSections(needs)
    .map(({ title, body }) => `# --- ${title} --- ${short(sha256(body))}\n${body}`)
    .join('\n');
  const fresh = `${MARK}${runtimeVersion}: the same in every script that has these parts ===
# To check that it still is: crc verify FILE, or sed '1,/^${SUM}/d' FILE | sha256sum, which prints the checksum in the next line.
${SUM}${sha256(`${text}\n`)}
${text}
`;
  made.set(key, fresh);
  return fresh;
}

interface Section {
  readonly title: string;
  /** The text between its heading and the next one. */
  readonly body: string;
  readonly sum: string | undefined;
}

const ownSections = (needs: Needs) => sections(bashOf(needs).trimEnd());

/** The parts of a runtime's text, each after its heading; text before the first heading is dropped. */
function sections(text: string): Section[] {
  const heads = headingsIn(text);
  return heads.map(({ title, sum, end }, i) => {
    const next = heads[i + 1]?.start ?? text.length + 1;
    return { title, sum, body: text.slice(end + 1, next - 1) };
  });
}

/** The headings in a text: where the line of each starts and ends. */
function headingsIn(text: string) {
  const found: { title: string; sum: string | undefined; start: number; end: number }[] = [];
  const lines = `\n${text}\n`;
  for (let start = lines.indexOf(HEAD); start !== -1; start = lines.indexOf(HEAD, start + 1)) {
    const end = lines.indexOf('\n', start + 1) - 1;
    const [, title, sum] = HEADING.exec(text.slice(start, end)) ?? [];
    if (title !== undefined) found.push({ title, sum, start, end });
  }
  return found;
}

/** The part of a checksum that a heading contains. */
const short = (sum: string) => sum.slice(0, 12);

/** Where a script's runtime begins; undefined if it has none. The flow's `run`, above it, may contain a similar line. */
export function runtimeStart(script: string): number | undefined {
  const at = script.lastIndexOf(`\n${MARK}`);
  return at < 0 ? undefined : at + 1;
}

/** Is the runtime in a script what this crc writes, byte for byte? `other`: intact, and of another version. */
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

/** All possible needs of a flow. */
function everyNeed(): readonly Needs[] {
  const either = [true, false];
  return ENGINES.flatMap((engine) =>
    [null, ...RUNTIMES].flatMap((container) =>
      either.flatMap((modules) =>
        either.flatMap((alive) =>
          either.flatMap((auto) =>
            either.flatMap((protect) =>
              ranksOf(engine, container).flatMap((ranks) =>
                mpiOf(engine).map(
                  (mpi): Needs => ({ engine, container, modules, alive, auto, protect, ranks, mpi }),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Only with a container, and without DMTCP, can each rank get one. */
const ranksOf = (engine: EngineName, container: RuntimeName | null) =>
  engine === 'dmtcp' || container === null ? [false] : [false, true];

/** DMTCP alone has ranks that crflow starts in the one task of the job. */
const mpiOf = (engine: EngineName) => (engine === 'dmtcp' ? [false, true] : [false]);

/** A job for each engine and container runtime, and each way to use it, with every optional part. */
export const fullest = (): readonly Needs[] =>
  ENGINES.flatMap((engine) =>
    [null, ...RUNTIMES].flatMap((container) =>
      ranksOf(engine, container).flatMap((ranks) =>
        mpiOf(engine).map(
          (mpi): Needs => ({
            engine,
            container,
            modules: true,
            alive: true,
            auto: true,
            protect: true,
            ranks,
            mpi,
          }),
        ),
      ),
    ),
  );

/** The checksum of each part that a script of this version can contain, by title. */
const everySum = (sha256: Sha256): ReadonlyMap<string, string> =>
  new Map(
    fullest()
      .flatMap(ownSections)
      .map(({ title, body }) => [title, short(sha256(body))] as const),
  );
