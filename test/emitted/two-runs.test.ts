import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// Runs that meet: in one work folder, or an attempt that begins while the job of the one before is still ending.
const own = (files: string) =>
  byHand(standIn, {
    run: 'until [[ -e go ]]; do sleep 0.1; done; touch result',
    checkpoint: `engine = own  files = [${files}]  done_files = ["result"]`,
  });

type Run = ReturnType<typeof own>;

/** What a run with this id does in its folder; other jobs are in this state. */
const within = (run: Run, id: string, lines: string, state = 'RUNNING') =>
  run.functions(
    `run=${bashWord(`${run.folder}/crflow-state/count/${id}`)} run_id=${id} job_number=${id} job_id=${id} cluster='' node=n1 started=0
catch_signals; mkdir -p "$run/attempts/1" "$run/generations"; attempt_dir=$run/attempts/1 attempt=1 tmp_of_run=''
write_lease; ${lines}`,
    { CRFLOW_TEST_OTHER_STATE: state, SLURM_JOB_ID: id, SLURMD_NODENAME: 'n1' },
  );
const bashWord = (text: string) => `'${text}'`;
const claims = (run: Run, id: string, state?: string) =>
  within(run, id, 'claim_output "$PWD/$run_id.out"; claim_files "$PWD"; echo claimed', state);

describe('two runs that save in the same files of one folder', () => {
  const lock = (run: Run) => readlinkSync(join(run.folder, '.save*.crflow'));

  test('the second is refused while the first is active, and told which run that is', ({ expect }) => {
    using run = own('"save*", "sub/log"');
    expect(claims(run, '4711')).toBe('claimed\n');
    expect(readdirSync(run.folder).filter((name) => /^\.s.*\.crflow$/.test(name))).toEqual([
      '.save*.crflow',
      '.sub,log.crflow',
    ]);
    const refused = claims(run, '4712');
    expect(refused).toMatch(
      /stopped \(status 70\): another run writes save\* \(`files`\) in .*: run 4711, job 4711 of cluster -\. Wait for it, or give this flow another workdir/,
    );
    expect(refused).not.toContain('claimed');
    expect(lock(run)).toMatch(/^4711 - /);
    // It frees only what it had itself.
    expect(existsSync(join(run.folder, '.4712.out.crflow'))).toBe(false);
  });

  test('the lock of a run whose job has ended is taken over', ({ expect }) => {
    using run = own('"save*"');
    claims(run, '4711');
    expect(claims(run, '4712', 'COMPLETED')).toBe('claimed\n');
    expect(lock(run)).toMatch(/^4712 - .*\/4712$/);
  });

  test('a later attempt of the run keeps the lock, and its last one frees it', ({ expect }) => {
    using run = own('"save*"');
    claims(run, '4711');
    expect(claims(run, '4711')).toBe('claimed\n');
    within(run, '4711', "record_end 75 'requeued'");
    expect(lock(run)).toMatch(/^4711 - /);
    within(run, '4711', "record_end 71 'stopped on request'");
    expect(readdirSync(run.folder).filter((name) => name.endsWith('.crflow'))).toEqual([]);
  });

  test('a run that another job continues passes the lock on to it', ({ expect }) => {
    using run = own('"save*"');
    claims(run, '4711');
    within(run, '4711', "next_job=4799; record_end 75 'job 4799 goes on'");
    expect(lock(run)).toMatch(/^4799 - .*\/4711$/);
    // Its job has ended, the other waits in the queue.
    expect(claims(run, '4712', 'PENDING')).toContain('run 4711, job 4799');
  });

  test('a link of somebody else is no lock, and is not removed with the run', ({ expect }) => {
    using run = own('"save*"');
    claims(run, '4711', 'COMPLETED');
    within(run, '4711', 'rm "$PWD/.save*.crflow"; ln -s elsewhere "$PWD/.save*.crflow"; record_end 71 x');
    expect(lock(run)).toBe('elsewhere');
  });

  test('refused in a whole job, before anything of it runs', async ({ expect }) => {
    using run = own('"save*"');
    const first = run.start();
    await run.until('launched');
    const second = { SLURM_JOB_ID: '4712', SLURM_RESTART_COUNT: '0', CRFLOW_TEST_OTHER_STATE: 'RUNNING' };
    expect(await run.start(second), run.log()).toBe(70);
    expect(run.log()).toContain('another run writes save* (`files`)');
    run.go();
    expect(await first, run.log()).toBe(0);
    expect(readdirSync(run.folder).filter((name) => name.endsWith('.crflow'))).toEqual([]);
  });
});

describe('patterns that include the folder of the run', () => {
  /** What the desk refuses if it knows where the state is. */
  const refused = (pattern: string) => {
    using run = own('"save*"');
    return within(
      run,
      '4711',
      `touch save1; : >"$run/format"; refuse_state "$(readlink -e .)" '${pattern}'; echo fine`,
    );
  };

  test.for([
    '*',
    '.',
    './',
    '**',
    '**/*.rst',
    './**/a',
    'crflow-state',
    'crflow*',
    '*/*',
    'crflow-state/count/*',
  ])('%s is refused, and why', (pattern, { expect }) => {
    const said = refused(pattern);
    expect(said).toContain(`stopped (status 70): the pattern '${pattern}' includes the run's own folder`);
    expect(said).not.toContain('fine');
  });

  test.for(['save*', '*.rst', 'sub', 'crflow', './save1', 'sub/**'])('%s is not', (pattern, { expect }) => {
    expect(refused(pattern)).toBe('fine\n');
  });
});

describe('resume while the old job is COMPLETING', () => {
  const refuse = (run: Run, questions: string) =>
    within(
      run,
      '4711',
      `write_lease; job_id=4712 job_number=4712 name=count; pause() { :; }
CRFLOW_START_LIMIT=2
queue_state() { echo x >>asked; ${questions}; }
refuse_active_run "$run/lease"; echo resumed`,
    );

  test('waits until it has ended', ({ expect }) => {
    using run = own('"save"');
    const said = refuse(run, 'if (($(grep -c x asked) < 3)); then printf COMPLETING; fi');
    expect(said).toMatch(/job 4711, which had this run, is just ending; waiting for it/);
    expect(said).toMatch(/resumed\n$/);
  });

  test('is refused where it stays so', ({ expect }) => {
    using run = own('"save"');
    const said = refuse(run, 'SECONDS=5; printf COMPLETING');
    expect(said).toMatch(/stopped \(status 70\): job 4711, which had this run, is still COMPLETING/);
    expect(said).not.toContain('resumed');
  });

  test('is refused where another attempt has begun meanwhile', ({ expect }) => {
    using run = own('"save"');
    const said = refuse(
      run,
      'if (($(grep -c x asked) < 3)); then printf COMPLETING; else printf PENDING; fi',
    );
    expect(said).toMatch(/job 4711 continues this run \(PENDING\): nothing to resume/);
  });
});

describe('back to a generation that is not there', () => {
  const back = (run: Run, lines: string) => within(run, '4711', `: >"$run/sealed"; ${lines}; go_back_to 1`);

  test('of a run that is done: nothing can be resumed', ({ expect }) => {
    using run = own('"save"');
    const said = back(run, 'echo 0 >"$run/status"');
    expect(said).toContain(
      "generation '1' does not exist, or is not intact; there are: none, because the run is done",
    );
    expect(said).not.toContain('to resume');
  });

  test('of a run that is not: says which there are, and how to go on', ({ expect }) => {
    using run = own('"save"');
    const said = back(run, 'mkdir "$run/generations/7" "$run/generations/8"');
    expect(said).toContain('there are: 7 8\n');
    expect(said).toContain('to resume: ');
  });
});

describe('work of which nothing is saved (engine = none)', () => {
  const none = () => byHand(standIn, { run: 'true', checkpoint: 'engine = none' });

  /** Which attempts make progress, that print this one after the other. */
  function progress(printed: readonly string[]): readonly number[] {
    using run = none();
    const said = run.functions(`run=$PWD output=$PWD/out word=beat ending=''
: >out
print() { attempt=$1 begins_at=$(wc -c <out) seen_output=$begins_at repeated=''; printf "$2" >>out; over; }
progressed() { cat progressed 2>/dev/null; rm -f progressed; }
${printed.map((text, i) => `print ${i + 1} '${text}'; progressed`).join('\n')}`);
    return said.trim().split('\n').filter(Boolean).map(Number);
  }

  test('what an earlier attempt has printed is no progress', ({ expect }) => {
    expect(progress(['1\\n2\\n3\\n', '1\\n2\\n3\\n', '1\\n2\\n', '1\\n2\\n3\\n'])).toEqual([1]);
  });

  test('what comes further is, and what goes on by itself', ({ expect }) => {
    expect(progress(['1\\n2\\n', '1\\n2\\n3\\n', '1\\n2\\n'])).toEqual([1, 2]);
    expect(progress(['1\\n2\\n', 'from 2\\n3\\n', 'from 3\\n4\\n'])).toEqual([1, 2, 3]);
    // It went on once, and each attempt after that begins at the same place.
    expect(progress(['1\\n2\\n', 'from 2\\n3\\n', 'from 2\\n3\\n'])).toEqual([1, 2]);
  });

  test('growth within an attempt is', ({ expect }) => {
    using run = none();
    const said =
      run.functions(`run=$PWD output=$PWD/out word=beat ending='' attempt=1 begins_at=0 seen_output=0
for i in 1 2 3; do echo $i >>out; over; cat progressed; rm progressed; done`);
    expect(said).toBe('1\n1\n1\n');
  });
});
