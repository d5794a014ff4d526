import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listing } from '../../diagnostics/words.ts';
import { word, words } from '../../emit/shell-text.ts';
import { ask } from '../../host/ask.ts';
import { send } from '../../host/proc.ts';
import { handles, type Process, processesOf } from '../../host/session.ts';
import type { OwnCheckpoints, Plan } from '../../model/plan.ts';
import { describeDuration } from '../../time/duration.ts';
import type { Check } from './check.ts';

/** Milliseconds between two looks. */
const EACH = 100;
/** A save counts if its files have not changed for this long, in milliseconds. */
const QUIET = 1000;

type Verdict = Pick<Check, 'verdict' | 'says'>;

/**
 * `crc doctor --ask FOLDER`: starts the program of a flow with `engine = own` in that folder, asks it to save after a sign of life,
 * and says whether it did. Ends the program afterwards, and all that it started.
 *
 * @param limit seconds to wait for the sign of life
 */
export async function tryAsking(
  of: (what: string) => string,
  plan: Plan,
  folder: string,
  limit: number,
): Promise<readonly Check[]> {
  const { own } = plan.checkpoint;
  if (own === undefined) return [];
  const what = of('asked to save');
  if (own.ask === null)
    return [
      {
        what,
        verdict: 'unknown',
        says: 'the flow does not say how: no `ask_signal`, `ask_file` or `ask_command`',
      },
    ];
  if (plan.container !== undefined)
    return [
      { what, verdict: 'unknown', says: 'the program runs in a container, and only a job starts that' },
    ];
  if (!existsSync(folder)) return [{ what, verdict: 'wrong', says: `there is no folder ${folder}` }];
  const trial = new Trial(plan, own, folder);
  try {
    return [{ what, ...(await trial.verdict(own.ask, limit)) }];
  } finally {
    await trial.end();
  }
}

/** A program that was started to be asked. */
class Trial {
  private readonly child: ChildProcess;
  private readonly output: string;
  private status: string | undefined;
  private readonly plan: Plan;
  private readonly own: OwnCheckpoints;
  private readonly folder: string;

  constructor(plan: Plan, own: OwnCheckpoints, folder: string) {
    this.plan = plan;
    this.own = own;
    this.folder = folder;
    this.output = join(folder, `${plan.workflow}.asked.out`);
    if (own.ask?.how === 'file') rmSync(join(folder, own.ask.file), { force: true });
    const loading = plan.load.map((module) => `module load ${word(module).text} || exit 1\n`);
    const run = `${loading.join('')}exec bash -eo pipefail -c ${word(plan.run.text).text}`;
    const log = openSync(this.output, 'w');
    this.child = spawn('bash', [plan.load.length > 0 ? '-lc' : '-c', run], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...Object.fromEntries((plan.defaults ?? []).map(({ name, value }) => [name, value])),
        ...process.env,
        ...Object.fromEntries(plan.set.map(({ name, value }) => [name, value])),
        CRFLOW_GENERATION: '0',
        CRFLOW_NEWEST: '',
        // `srun "$CRFLOW_RANK" ./program`: here, no preemption comes.
        CRFLOW_RANK: 'env',
      },
    });
    closeSync(log);
    this.child.on('error', ({ message }) => {
      this.status = message;
    });
    this.child.on('exit', (status, signal) => {
      this.status = signal === null ? `with status ${status}` : `by ${signal}`;
    });
  }

  async verdict(how: NonNullable<OwnCheckpoints['ask']>, limit: number): Promise<Verdict> {
    const start = await this.signature();
    const isAlive = async () =>
      this.status !== undefined || this.grown() > 0 || (await this.signature()) !== start;
    await this.until(limit, isAlive);
    if (this.status !== undefined) return this.tooEarly();
    const before = await this.signature();
    if (how.how === 'signal' && how.signal === 'TERM' && this.hasSrun())
      return { verdict: 'unknown', says: 'srun starts its ranks, and only a job can send TERM to them' };
    const asked = Date.now();
    if (!(await this.askIt(how, limit)))
      return this.status === undefined
        ? {
            verdict: 'wrong',
            says:
              how.how === 'signal'
                ? `no process handles ${how.signal} within ${limit} s, which would kill it`
                : '`ask_command` failed',
          }
        : this.tooEarly();
    return this.answer(before, asked);
  }

  private tooEarly(): Verdict {
    return {
      verdict: 'unknown',
      says: `it ended ${this.status} before it could be asked: see ${this.output}, and give it more to do`,
    };
  }

  private async askIt(how: NonNullable<OwnCheckpoints['ask']>, limit: number): Promise<boolean> {
    if (how.how === 'file') {
      writeFileSync(join(this.folder, how.file), how.text);
      return true;
    }
    if (how.how === 'command') {
      const answer = await ask('bash', ['-c', `cd ${word(this.folder).text} || exit\n${how.text}`], limit);
      return 'text' in answer;
    }
    let those: readonly number[] = [];
    await this.until(limit, async () => {
      those = this.processes(how.signal).filter((pid) => handles(pid, how.signal));
      return those.length > 0 || this.status !== undefined;
    });
    for (const pid of those) send(pid, how.signal);
    return those.length > 0;
  }

  /** Waits for the save and for what follows it, as long as the job would. */
  private async answer(before: string, asked: number): Promise<Verdict> {
    const within = this.plan.checkpoint.limit;
    const ends = this.own.answer === 'ends';
    let last = before;
    let since = Date.now();
    const isQuiet = async () => {
      const now = await this.signature();
      if (now !== last) [last, since] = [now, Date.now()];
      const isSaved = last !== before && Date.now() - since >= QUIET;
      return isSaved && (!ends || this.status !== undefined);
    };
    const inTime = await this.until(within, isQuiet);
    const isSaved = last !== before;
    const took = `${Math.max(0.1, (since - asked) / 1000).toFixed(1)} s after it was asked`;
    const then = this.status === undefined ? 'it goes on' : `it ended ${this.status}`;
    const of = listing(this.own.files.map((one) => `\`${one}\``));
    if (!isSaved)
      return {
        verdict: 'wrong',
        says: `within ${describeDuration(within)}, no file of ${of} changed, and ${then}`,
      };
    if (ends && !inTime)
      return { verdict: 'wrong', says: `it saved ${took}, but goes on: write \`answer = continues\`` };
    if (!ends && this.status !== undefined)
      return { verdict: 'wrong', says: `it saved ${took}, but ${then}: write \`answer = ends\`` };
    return { verdict: 'fine', says: `it saved ${took}, and ${then}` };
  }

  private async until(seconds: number, holds: () => Promise<boolean>): Promise<boolean> {
    for (const end = Date.now() + seconds * 1000; ; await delay(EACH)) {
      if (await holds()) return true;
      if (Date.now() > end) return false;
    }
  }

  /** Names, sizes, times and inodes of the files of a checkpoint; those of a folder, if a pattern matches one. */
  private async signature(): Promise<string> {
    const script = `cd ${word(this.folder).text} || exit
shopt -s nullglob
IFS=
for pattern in ${words(this.own.files).text}; do
  for one in $pattern; do
    if [[ -e $one ]]; then find -- "$one" -type f -printf '%p %s %T@ %i\\n' 2>/dev/null; fi
  done
done
true`;
    const answer = await ask('bash', ['-c', script], 20);
    return 'text' in answer ? answer.text : '';
  }

  private grown(): number {
    return statSync(this.output).size;
  }

  /** srun passes signals on to its ranks; but TERM is an order to kill them. */
  private processes(signal: string): readonly number[] {
    return this.all()
      .filter(({ name }) => name !== 'srun' || signal !== 'TERM')
      .map(({ pid }) => pid);
  }

  private all(): readonly Process[] {
    return this.child.pid === undefined ? [] : processesOf(this.child.pid);
  }

  private hasSrun(): boolean {
    return this.all().some(({ name }) => name === 'srun');
  }

  async end(): Promise<void> {
    // TERM for srun, which ends its ranks; then whatever is left.
    for (const { pid, name } of this.all()) if (name === 'srun') send(pid, 'TERM');
    if (this.hasSrun()) await this.until(10, async () => !this.hasSrun());
    for (const { pid } of this.all()) send(pid, 'KILL');
    await this.until(5, async () => this.all().length === 0 && this.status !== undefined);
  }
}
