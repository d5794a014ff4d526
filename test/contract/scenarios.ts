import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SlurmClient, SubmitOptions } from '../support/slurm-client.ts';
import type { JobFields } from '../support/slurm-job.ts';

/** A real Slurm or the small scheduler: what scenarios need of either. */
export interface Bench {
  readonly cluster: SlurmClient;
  /** How long a minute of a job's time limit takes, in seconds. */
  readonly minute: number;
  /** How often limits are looked at, in seconds. */
  readonly grid: number;
  /** Has the controller answer nobody, or go on. */
  pause(on: boolean): void;
}

/** What a scenario has seen. Both schedulers must show the same. */
export type Seen = Readonly<Record<string, unknown>>;

export interface Scenario {
  readonly run: (stage: Stage) => Promise<Seen>;
  /** What both must show. */
  readonly expected: Seen;
}

/** A folder with a script in it, and what can be asked about its jobs. */
export class Stage {
  readonly bench: Bench;
  readonly #name: string;

  constructor(bench: Bench, name: string) {
    this.bench = bench;
    this.#name = name.replaceAll(/\W+/g, '-');
  }

  path = (what: string) => join(this.bench.cluster.work, `${this.#name}.${what}`);

  /** Submits a script. In it, `say WORDS` writes a line for `said`, and `$HERE` is the beginning of paths for files. */
  submit(
    lines: readonly string[],
    options: SubmitOptions & { readonly script?: string } = {},
  ): Promise<string> {
    const { script = 'sh', ...more } = options;
    const head = ['#!/bin/bash', `HERE='${this.path('')}'`, 'say() { echo "$*" >>"${HERE}said"; }'];
    writeFileSync(this.path(script), `${[...head, ...lines].join('\n')}\n`);
    const sbatchArgs = [
      '--open-mode=append',
      `--output=${this.path('%j')}.log`,
      ...(options.sbatchArgs ?? []),
    ];
    return this.bench.cluster.submit(this.path(script), { ...more, sbatchArgs });
  }

  /** The lines that the script has said. */
  said(): string[] {
    const path = this.path('said');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  log(id: string): string {
    return readFileSync(this.path(`${id}.log`), 'utf8');
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, seconds = 150): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(50))
      if (Date.now() > deadline)
        throw new Error(`${what}: not within ${seconds} s; said: ${this.said().join(' | ')}`);
  }

  says = (line: string | RegExp) =>
    this.until(String(line), () =>
      this.said().some((one) => (typeof line === 'string' ? one === line : line.test(one))),
    );

  ended = (id: string): Promise<JobFields> => this.bench.cluster.waitForJob(id, 'ended', 170);

  /** Waits until a job is as told. */
  when = (id: string, holds: (job: JobFields) => boolean) => this.bench.cluster.waitForJob(id, holds, 170);

  job = (id: string): Promise<JobFields> => this.bench.cluster.job(id);

  run = (command: string, ...args: string[]) => this.bench.cluster.run(command, args);
}

const epoch = (time = '') => Date.parse(time) / 1000;
const end = ({ JobState, ExitCode, Reason }: JobFields) => `${JobState} ${ExitCode} ${Reason}`;

/** A child and the batch shell itself, which say what they are sent; and a step that does. */
// They start nothing while they wait: Slurm's TERM would also end that, and bash 5.2 can miss a child that ends in the moment of a
// signal, and waits for it for ever.
const still = 'while :; do read -r -t 0.1 _ <&9; done';
const witnesses = [
  'mkfifo "${HERE}never" 2>/dev/null; exec 9<>"${HERE}never"',
  `(trap 'say child TERM' TERM; trap 'say child USR1' USR1; say child up; ${still}) &`,
  `srun --overlap --ntasks=1 bash -c 'exec 9<>"'"$HERE"'never"; say() { echo "$*" >>"'"$HERE"'said"; }; trap "say step TERM" TERM; trap "say step USR1" USR1; say step up; ${still}' &`,
  "trap 'say batch TERM' TERM; trap 'say batch USR1' USR1; say batch up",
  still,
];
const up = async (stage: Stage) => {
  for (const who of ['child', 'step', 'batch']) await stage.says(`${who} up`);
};
const signals = (stage: Stage) =>
  [...new Set(stage.said().filter((line) => / (TERM|USR1)$/.test(line)))].sort();

export const scenarios: Readonly<Record<string, Scenario>> = {
  'a batch shell: its words, its environment, its folder and its end': {
    async run(stage) {
      const id = await stage.submit(
        [
          'say "$# $1 ${0##*/} $MARK $(readlink /proc/$$/fd/0) $(pwd)"',
          'say "$SLURM_JOB_ID ${SLURM_RESTART_COUNT-none} ${SLURM_ARRAY_TASK_ID-none} $SLURM_JOB_NAME $SLURM_CPUS_PER_TASK $SLURM_NTASKS $SLURMD_NODENAME $SLURM_JOB_NODELIST $SLURM_SUBMIT_DIR $ENVIRONMENT $SLURM_JOB_PARTITION ${SLURM_CLUSTER_NAME:+cluster}"',
          'exit 7',
        ],
        {
          args: ['two words'],
          env: { MARK: 'a mark' },
          sbatchArgs: ['--job-name=its name', '-c', '2', '-n1', '-w', 'n2', '-p', 'low'],
        },
      );
      const job = await stage.ended(id);
      return {
        end: end(job),
        said: stage
          .said()
          .map((line) =>
            line.replaceAll(stage.bench.cluster.work, 'WORK').replace(/^\d{1,4}(?= none)/, 'ID'),
          ),
        fields: [
          job['JobName'],
          job['CPUs/Task'],
          job['NumCPUs'],
          job['ReqNodeList'],
          job['NodeList'],
          job['OverSubscribe'],
          job['Requeue'],
          job['Restarts'],
        ],
      };
    },
    expected: {
      end: 'FAILED 7:0 NonZeroExitCode',
      said: [
        '1 two words slurm_script a mark /dev/null WORK',
        'ID none none its name 2 1 n2 n2 WORK BATCH low cluster',
      ],
      fields: ['its name', '2', '2', 'n2', 'n2', 'OK', '1', '0'],
    },
  },

  'a batch shell that a signal ends, and one that ends well': {
    async run(stage) {
      const killed = await stage.submit(['kill -9 $$']);
      const well = await stage.submit(['exit 0'], { script: 'well' });
      return { killed: end(await stage.ended(killed)), well: end(await stage.ended(well)) };
    },
    expected: { killed: 'FAILED 0:9 JobLaunchFailure', well: 'COMPLETED 0:0 None' },
  },

  'an early signal to the batch shell alone, then the time limit for all': {
    async run(stage) {
      const id = await stage.submit(witnesses, { sbatchArgs: ['--time=1', '--signal=B:USR1@15'] });
      await up(stage);
      const started = await stage.job(id);
      await stage.says('batch USR1');
      const early = (Date.now() / 1000 - epoch(started['StartTime'])) / stage.bench.minute;
      const told = signals(stage);
      const at = await stage.when(id, ({ JobState }) => JobState === 'COMPLETING');
      const job = await stage.ended(id);
      return {
        limit: started['TimeLimit'],
        length: Math.round((epoch(started['EndTime']) - epoch(started['StartTime'])) / stage.bench.minute),
        // Up to twice the grid before what was asked for.
        inTime:
          early * stage.bench.minute > 0.75 * stage.bench.minute - 2 * stage.bench.grid - 2 && early < 1.1,
        told,
        completing: [at.Reason, at['PreemptTime']],
        all: signals(stage),
        end: end(job).replace(/ .* /, ' '),
        log: /\*\*\* JOB \d+ ON n\d CANCELLED AT \S+ DUE TO TIME LIMIT \*\*\*/.test(stage.log(id)),
      };
    },
    expected: {
      limit: '00:01:00',
      length: 1,
      inTime: true,
      told: ['batch USR1'],
      completing: ['TimeLimit', 'None'],
      all: ['batch TERM', 'batch USR1', 'child TERM', 'step TERM'],
      end: 'TIMEOUT TimeLimit',
      log: true,
    },
  },

  'a job that requeues itself': {
    async run(stage) {
      const id = await stage.submit([
        'say "start ${SLURM_RESTART_COUNT:-0}"',
        '((${SLURM_RESTART_COUNT:-0} == 0)) || exit 3',
        "trap 'say TERM' TERM",
        'scontrol requeue "$SLURM_JOB_ID"; say "requeue $?"',
        'while :; do sleep 0.1; done',
      ]);
      const completing = await stage.when(id, ({ JobState }) => JobState === 'COMPLETING');
      const pending = await stage.when(id, ({ JobState }) => JobState === 'PENDING');
      const again = await stage.run('scontrol', 'requeue', id);
      const job = await stage.ended(id);
      return {
        completing: [completing.Restarts, completing['PreemptTime'] ?? '', completing.ExitCode],
        pending: [
          pending.Reason,
          pending.Restarts,
          epoch(pending['EligibleTime']) - epoch(pending['SubmitTime']) > 0,
        ],
        again: [again.status, again.stderr.trim().replace(id, 'ID')],
        end: [end(job), job.Restarts],
        said: stage.said(),
        log: /\*\*\* JOB \d+ ON n\d CANCELLED AT \S+ DUE TO JOB REQUEUE \*\*\*/.test(stage.log(id)),
      };
    },
    expected: {
      completing: ['1', '', '0:0'],
      pending: ['BeginTime', '1', true],
      again: [1, 'Job is pending execution for job ID'],
      end: ['FAILED 3:0 NonZeroExitCode', '1'],
      said: ['start 0', 'requeue 0', 'TERM', 'start 1'],
      log: true,
    },
  },

  'a requeue that is refused, and then allowed': {
    async run(stage) {
      const id = await stage.submit(
        [
          '((${SLURM_RESTART_COUNT:-0} == 0)) || exit 0',
          'say "$(scontrol requeue "$SLURM_JOB_ID" 2>&1 | tr 0-9 N) ${PIPESTATUS[0]}"',
          'scontrol update "JobId=$SLURM_JOB_ID" Requeue=1 || say no update',
          'scontrol requeue "$SLURM_JOB_ID"',
          'sleep 60',
        ],
        { sbatchArgs: ['--no-requeue'] },
      );
      return { end: end(await stage.ended(id)), said: stage.said().map((line) => line.replace(/N+/g, 'N')) };
    },
    expected: {
      end: 'COMPLETED 0:0 None',
      said: ['Requested operation is presently disabled for job N 0'],
    },
  },

  scancel: {
    async run(stage) {
      const id = await stage.submit([
        ...witnesses.slice(0, 3),
        "trap 'say batch TERM; sleep 4; exit 9' TERM; say batch up",
        still,
      ]);
      await up(stage);
      const { status } = await stage.run('scancel', id);
      const completing = await stage.when(id, ({ JobState }) => JobState === 'COMPLETING');
      const job = await stage.ended(id);
      const again = await stage.run('scancel', id);
      const signal = await stage.run('scancel', '--batch', '--signal=CONT', id);
      return {
        status,
        completing: [completing['PreemptTime'], completing.Reason, completing.Restarts],
        told: signals(stage),
        end: end(job),
        again: again.status,
        signal: signal.status,
        log: /\*\*\* JOB \d+ ON n\d CANCELLED AT \S+ \*\*\*/.test(stage.log(id)),
      };
    },
    expected: {
      status: 0,
      completing: ['None', 'None', '0'],
      told: ['batch TERM', 'child TERM', 'step TERM'],
      end: 'CANCELLED 9:0 None',
      again: 0,
      signal: 1,
      log: true,
    },
  },

  'signals by scancel: to the batch shell alone, to the steps, and to one step': {
    async run(stage) {
      const id = await stage.submit(witnesses);
      await up(stage);
      await stage.run('scancel', '--batch', '--signal=USR1', id);
      await stage.says('batch USR1');
      const batch = signals(stage);
      await stage.run('scancel', '--signal=USR1', id);
      await stage.says('step USR1');
      const steps = signals(stage);
      await stage.run('scancel', '--signal=TERM', `${id}.0`);
      await stage.says('step TERM');
      const one = signals(stage);
      await stage.run('scancel', id);
      await stage.ended(id);
      return { batch, steps, one };
    },
    expected: {
      batch: ['batch USR1'],
      steps: ['batch USR1', 'step USR1'],
      one: ['batch USR1', 'step TERM', 'step USR1'],
    },
  },

  'preemption with grace: the steps at once, the batch shell at its end': {
    async run(stage) {
      const id = await stage.submit(witnesses, { sbatchArgs: ['--time=10', '-w', 'n3'] });
      await up(stage);
      await takeNode(stage, 'n3');
      await stage.says('step TERM');
      const running = await stage.when(
        id,
        ({ JobState, PreemptTime }) => JobState === 'RUNNING' && PreemptTime !== 'None',
      );
      const first = signals(stage);
      const completing = await stage.when(id, ({ JobState }) => JobState === 'COMPLETING');
      await stage.says('batch TERM');
      await stage.when(id, ({ JobState, Restarts }) => JobState === 'RUNNING' && Restarts === '1');
      await stage.run('scancel', id);
      await stage.ended(id);
      return {
        grace: epoch(running['EndTime']) - epoch(running['PreemptTime']),
        first,
        completing: [completing.Restarts, completing['PreemptTime'] ?? ''],
        all: signals(stage),
      };
    },
    expected: {
      grace: 8,
      first: ['step TERM'],
      completing: ['1', ''],
      all: ['batch TERM', 'child TERM', 'step TERM'],
    },
  },

  'an array: who is who, and only one of its tasks is requeued': {
    async run(stage) {
      const id = await stage.submit(
        [
          'say "$SLURM_ARRAY_TASK_ID ${SLURM_RESTART_COUNT:-0} $((SLURM_ARRAY_JOB_ID == FIRST)) $SLURM_ARRAY_TASK_COUNT $SLURM_ARRAY_TASK_MIN $SLURM_ARRAY_TASK_MAX"',
          'sleep 1',
          '((SLURM_ARRAY_TASK_ID == 2 && ${SLURM_RESTART_COUNT:-0} == 0)) || exit 0',
          'scontrol show job "$SLURM_JOB_ID" >"${HERE}raw"',
          'scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"',
          'sleep 60',
        ],
        { sbatchArgs: ['--array=1-3%1'] },
      );
      const reasons = ['squeue', '--noheader', '--array', `--jobs=${id}`, '--format=%r'] as const;
      await stage.until('a task that waits for another', async () =>
        (await stage.run(...reasons)).stdout.includes('JobArrayTaskLimit'),
      );
      const ends: string[] = [];
      for (const task of [1, 2, 3]) {
        const job = await stage.ended(`${id}_${task}`);
        ends.push(`${job['ArrayTaskId']} ${end(job)} ${job.Restarts}`);
      }
      const unknown = await stage.run('scontrol', 'show', 'job', `${id}_7`);
      const raw = readFileSync(stage.path('raw'), 'utf8');
      const whole = await stage.run('scontrol', 'show', 'job', id);
      return {
        said: stage
          .said()
          .map((line) => line.replace(/^(\d \d) [01]/, '$1'))
          .sort(),
        ends,
        unknown: [unknown.status, (unknown.stdout + unknown.stderr).trim().replace(id, 'ID')],
        raw: /^JobId=\d+ ArrayJobId=\d+ ArrayTaskId=2 ArrayTaskThrottle=1 JobName=/.test(raw),
        whole: whole.stdout.match(/^JobId=/gm)?.length,
      };
    },
    expected: {
      said: ['1 0 3 1 3', '2 0 3 1 3', '2 1 3 1 3', '3 0 3 1 3'],
      ends: ['1 COMPLETED 0:0 None 0', '2 COMPLETED 0:0 None 1', '3 COMPLETED 0:0 None 0'],
      unknown: [1, 'Job ID_7 not found'],
      raw: true,
      whole: 3,
    },
  },

  'a job that is submitted in a task of an array, to follow it': {
    async run(stage) {
      const id = await stage.submit(
        [
          'if [[ $1 == next ]]; then say "next $(($SLURM_JOB_ID != FIRST)) ${SLURM_ARRAY_TASK_ID-none}"; exit 0; fi',
          'export FIRST=$SLURM_JOB_ID',
          'next=$(sbatch --parsable --array=4 --dependency="afterany:$SLURM_JOB_ID" --output="${HERE}next.log" "${HERE}sh" next)',
          'until reason=$(squeue --noheader --jobs="$next" --format="%T %r") && [[ $reason != *None ]]; do sleep 0.2; done; say "$reason"',
          'other=$(sbatch --parsable --output=/dev/null --wrap="echo \\"other \\${SLURM_ARRAY_TASK_ID-none}\\" >>\'${HERE}said\'")',
          'until scontrol show job "$other" | grep -q JobState=COMPLETED; do sleep 0.2; done',
          'say over; echo "$next" >"${HERE}next"',
        ],
        { sbatchArgs: ['--array=5'] },
      );
      await stage.ended(`${id}_5`);
      const next = readFileSync(stage.path('next'), 'utf8').trim();
      const job = await stage.ended(`${next}_4`);
      return { end: end(job), said: stage.said() };
    },
    expected: {
      end: 'COMPLETED 0:0 None',
      said: ['PENDING Dependency', 'other 5', 'over', 'next 1 4'],
    },
  },

  'srun: statuses, signals, and what ends a step': {
    async run(stage) {
      const id = await stage.submit(
        [
          'status() { wait "$1"; say "$2 $?"; }',
          'srun --overlap --ntasks=1 bash -c "exit 3"; say "exit $?"',
          'srun --overlap --ntasks=1 bash -c "kill -9 \\$\\$"; say "killed $?"',
          'srun --overlap --ntasks=2 bash -c "exit \\$((4 + SLURM_PROCID))"; say "two $?"',
          'srun --overlap --ntasks=1 no-such-program; say "none $?"',
          'srun --overlap --ntasks=1 --job-name=named bash -c "trap \\"exit 5\\" USR1; echo >${HERE}a; while :; do sleep 0.1; done" & until [[ -e ${HERE}a ]]; do sleep 0.1; done',
          'say "$(squeue --steps --noheader --jobs="$SLURM_JOB_ID" --format="%i %j" | sed "s/^$SLURM_JOB_ID//" | tr "\\n" " ")"',
          'kill -USR1 $!; status $! usr1',
          'srun --overlap --ntasks=1 bash -c "trap \\"exit 6\\" TERM; echo >${HERE}b; while :; do sleep 0.1; done" & until [[ -e ${HERE}b ]]; do sleep 0.1; done',
          'kill -TERM $!; status $! term',
          'srun --overlap --ntasks=1 bash -c \'echo "$SLURM_STEP_ID $SLURM_NTASKS $SLURM_PROCID ${SLURM_JOB_ID:+job}"\' >"${HERE}step"; say "$(<"${HERE}step")"',
        ],
        { sbatchArgs: ['-n2'] },
      );
      return { end: end(await stage.ended(id)), said: stage.said() };
    },
    expected: {
      end: 'COMPLETED 0:0 None',
      said: [
        'exit 3',
        'killed 137',
        'two 5',
        'none 2',
        '.4 named .batch batch ',
        'usr1 5',
        'term 137',
        '6 1 0 job',
      ],
    },
  },

  'steps in the queue, of a task of an array': {
    async run(stage) {
      const id = await stage.submit(
        [
          'srun --overlap --ntasks=1 bash -c "trap \\"echo told >>${HERE}said; exit\\" USR1; echo >${HERE}up; while :; do sleep 0.1; done" & until [[ -e ${HERE}up ]]; do sleep 0.1; done',
          'squeue --steps --noheader --jobs="$SLURM_JOB_ID" --format="%i %j" >"${HERE}steps"',
          'scancel --signal=USR1 "$SLURM_JOB_ID.0"; wait',
        ],
        { sbatchArgs: ['--array=6'] },
      );
      await stage.ended(`${id}_6`);
      return { steps: readFileSync(stage.path('steps'), 'utf8').replaceAll(id, 'ID'), said: stage.said() };
    },
    expected: { steps: 'ID_6.0 bash\nID_6.batch batch\n', said: ['told'] },
  },

  'what is left when the batch shell ends: ended with the job': {
    async run(stage) {
      const id = await stage.submit([
        '(trap "" TERM HUP; exec setsid sleep 1000) & echo $! >"${HERE}pid"',
        'srun --overlap --ntasks=1 bash -c "trap \\"echo told >>${HERE}said; exit\\" TERM; echo >${HERE}up; while :; do sleep 0.1; done" &',
        'until [[ -e ${HERE}up ]]; do sleep 0.1; done',
        'exit 0',
      ]);
      const job = await stage.ended(id);
      const pid = readFileSync(stage.path('pid'), 'utf8').trim();
      // A real Slurm without cgroups does not find it any more.
      await stage.run('kill', '-9', pid);
      return { end: end(job), said: stage.said() };
    },
    expected: { end: 'COMPLETED 0:0 None', said: ['told'] },
  },

  'questions and changes': {
    async run(stage) {
      const id = await stage.submit(['sleep 60'], {
        sbatchArgs: ['--comment=for Ann | 2', '--time=10', '--time-min=10'],
      });
      await stage.when(id, ({ JobState }) => JobState === 'RUNNING');
      const comment = async () =>
        (await stage.run('squeue', '--noheader', `--jobs=${id}`, '--format=%k')).stdout;
      const before = await comment();
      await stage.run('scontrol', 'update', `JobId=${id}`, 'Comment=new | a = 1');
      const after = await comment();
      const lower = await stage.run('scontrol', 'update', `JobId=${id}`, 'TimeLimit=5');
      const unknown = await stage.run('scontrol', 'update', `JobId=${id}`, 'Foo=3');
      const nobody = await stage.run('scontrol', 'show', 'job', '99999');
      const nobodys = await stage.run('scontrol', 'requeue', '99999');
      const queue = await stage.run('squeue', '--noheader', '--jobs=99999', '--format=%k');
      const posix = await stage.bench.cluster.run('scontrol', ['show', 'job', '-o', id], {
        env: { POSIXLY_CORRECT: '1' },
      });
      const { stdout } = await stage.bench.cluster.run('scontrol', ['show', 'job', id], {
        env: { SLURM_TIME_FORMAT: '%FT%T%z', TZ: 'UTC' },
      });
      const config = await stage.run('scontrol', 'show', 'config');
      await stage.run('scancel', id);
      return {
        before,
        after,
        lower: lower.status,
        unknown: [unknown.status, unknown.stderr],
        nobody: [nobody.status, nobody.stderr.trim()],
        nobodys: [nobodys.status, nobodys.stderr.trim()],
        queue: [queue.status, queue.stdout],
        posix: posix.status,
        zone: /StartTime=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 /.test(stdout),
        // As the job script reads it: its fields are between these lines.
        order: stdout
          .match(/^ *(JobId|UserId|JobState|Requeue|StartTime|Command)=/gm)
          ?.map((key) => key.trim()),
        config: /^ClusterName += \S+$/m.test(config.stdout),
      };
    },
    expected: {
      before: 'for Ann | 2\n',
      after: 'new | a = 1\n',
      lower: 1,
      unknown: [1, 'Update of this parameter is not supported: Foo=3\nRequest aborted\n'],
      nobody: [1, 'slurm_load_jobs error: Invalid job id specified'],
      nobodys: [1, 'Invalid job id specified for job 99999'],
      queue: [1, ''],
      posix: 1,
      zone: true,
      order: ['JobId=', 'UserId=', 'JobState=', 'Requeue=', 'StartTime=', 'Command='],
      config: true,
    },
  },

  'what sbatch refuses, and what it lets through': {
    async run(stage) {
      writeFileSync(
        stage.path('sh'),
        `#!/bin/bash\necho "\${MARK-none} \${OTHER-none} \${SLURM_JOB_ID:+job}" >>'${stage.path('said')}'\n`,
      );
      const submit = async (...args: string[]) => {
        const { status, stderr } = await stage.bench.cluster.run(
          'sbatch',
          [...args, '--output=/dev/null', stage.path('sh')],
          {
            env: { MARK: 'mark', OTHER: 'other' },
          },
        );
        return `${status} ${stderr.trim().split('\n').at(-1)}`.trim();
      };
      const refused = [
        await submit('--time=x'),
        await submit('--foo'),
        await submit('-w', 'n9'),
        await submit('-p', 'nope'),
        // As a job that is to go on elsewhere asks, where its owner wanted this node.
        await submit('-w', 'n1', '--exclude=n1'),
        await submit('--exclude=n[1-3]'),
      ];
      const none = await stage.bench.cluster.run('sbatch', ['no-such-file']);
      writeFileSync(stage.path('odd'), 'echo\n');
      const odd = await stage.bench.cluster.run('sbatch', [stage.path('odd')]);
      await submit('--export=ALL');
      await stage.says('mark other job');
      await submit('--export=MARK');
      await stage.says('mark none job');
      return { refused, none: [none.status, none.stderr], odd: odd.status };
    },
    expected: {
      refused: [
        '255 sbatch: error: Invalid --time specification',
        '255 Try "sbatch --help" for more information',
        '1 sbatch: error: Batch job submission failed: Invalid node name specified',
        '1 sbatch: error: Batch job submission failed: Invalid partition name specified',
        '1 sbatch: error: Batch job submission failed: Invalid node name specified',
        '1 sbatch: error: Batch job submission failed: Requested node configuration is not available',
      ],
      none: [1, 'sbatch: error: Unable to open file no-such-file\n'],
      odd: 1,
    },
  },
};

/** Scenarios in which the controller answers nobody: they disturb all others. */
export const silences: Readonly<Record<string, Scenario>> = {
  'a controller that does not answer, and then does': {
    async run(stage) {
      const id = await stage.submit([
        'say up; until [[ -e ${HERE}go ]]; do sleep 0.1; done; say out; exit 4',
      ]);
      const other = await stage.submit(['exec sleep 1000'], { script: 'other' });
      await stage.says('up');
      await stage.when(other, ({ JobState }) => JobState === 'RUNNING');
      stage.bench.pause(true);
      const cut = await stage.run('timeout', '1', 'scontrol', 'show', 'job', id);
      const waits = stage.run('scontrol', 'show', 'job', id);
      writeFileSync(stage.path('go'), '');
      await stage.says('out');
      const silent = await Promise.all([
        stage.run('scontrol', 'show', 'job', '1'),
        stage.run('squeue'),
        stage.run('sbatch', stage.path('sh')),
        stage.run('scancel', other),
        stage.run('scontrol', 'requeue', '999'),
      ]);
      stage.bench.pause(false);
      await waits;
      const job = await stage.ended(id);
      return {
        cut: cut.status,
        silent: silent.map(({ stderr }) => stderr.trim().replace(/(id|job) \d+/, '$1 N')),
        end: end(job),
        // The question was still in the connection.
        late: (await stage.ended(other)).JobState,
      };
    },
    expected: {
      cut: 124,
      silent: [
        'slurm_load_jobs error: Socket timed out on send/recv operation',
        'slurm_load_jobs error: Socket timed out on send/recv operation',
        'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation',
        'scancel: error: Kill job error on job id N: Socket timed out on send/recv operation',
        'Unexpected message received for job N',
      ],
      end: 'FAILED 4:0 NonZeroExitCode',
      late: 'CANCELLED',
    },
  },
};

/** Submits an urgent job that needs a whole node, for a moment. */
async function takeNode(stage: Stage, node: string): Promise<void> {
  await stage.submit(['sleep 1'], {
    script: 'urgent',
    sbatchArgs: ['-p', 'high', '-w', node, '--exclusive'],
  });
}
