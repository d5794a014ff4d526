import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// DMTCP breaks programs at a checkpoint or a restore, and its commands fail: what is believed, and what is said.

type Run = ReturnType<typeof byHand>;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);
const doubting = { CRFLOW_SUSPECT: '120' };
const program = /count\.sh|^\d+ perl/;

describe.each(dmtcpImplementations)('an end soon after a checkpoint, with $name', {
  concurrent: true,
}, (dmtcp) => {
  test('is not believed, and the program goes on: it was a loss', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start(doubting);
    await run.until('sealed');
    run.kill(program);
    await run.until('doubted');
    await run.until('restored');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    // The last one was the program's own, and came twice.
    expect(events(run, 'doubted').map(({ status }) => status)).toEqual([137, 7]);
    expect(events(run, 'believed')).toMatchObject([{ status: 7 }]);
    expect(run.log()).toContain('DMTCP may have caused that');
    expect(run.log()).toContain("it is the application's own");
    expect(events(run, 'started')).toHaveLength(1);
    expect(run.left()).toEqual([]);
  });

  test('is believed once it comes again, also in the next attempt', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const first = run.start(doubting);
    await run.until('sealed');
    run.go();
    await run.until('doubted');
    run.powerCut();
    await first;
    expect(existsSync(join(run.state, 'status'))).toBe(false);
    expect(await run.start(doubting), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(events(run, 'doubted')).toHaveLength(1);
    expect(await run.start(doubting), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('with status 0 is the end', async ({ expect }) => {
    using run = byHand(dmtcp, {
      run: `bash '${join(import.meta.dirname, '../programs/count-alone.sh')}' 50 0.1 0 ${held}`,
    });
    const ended = run.start(doubting);
    await run.until('sealed');
    run.go();
    expect(await ended, run.log()).toBe(0);
    expect(events(run, 'doubted')).toEqual([]);
    expect(events(run, 'restored')).toEqual([]);
  });

  test('which the last checkpoint meets: the status is waited for', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start({ CRFLOW_INTERVAL: '600' });
    await vi.waitUntil(() => run.output() !== '', { timeout: 60_000 });
    await run.until('launched');
    // The shell around it looks for a second or two whether it is killed, too.
    run.kill(program);
    writeFileSync(join(run.state, 'attempts/1/request'), 'finish request\n');
    expect(await ended, run.log()).toBe(137);
    expect(events(run, 'sealed')).toEqual([]);
  });

  test('a connection to a program outside: said at once, with its address, and the program goes on', async ({
    expect,
  }) => {
    const server = createServer(() => {});
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    using run = byHand(dmtcp, {
      run: `exec perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new("127.0.0.1:${port}") or die;
select undef, undef, undef, 0.1 until -e "go"; close $s; print "closed\\n"; select undef, undef, undef, 0.1 until -e "end"; exit 7'`,
    });
    const ended = run.start();
    await run.until('checkpoint_failed');
    expect(events(run, 'checkpoint_failed')[0]?.['why']).toMatch(
      new RegExp(
        `a TCP connection to a program outside of the job: perl \\(process \\d+\\) to 127.0.0.1:${port}$`,
      ),
    );
    run.go();
    await run.until('sealed');
    writeFileSync(join(run.folder, 'end'), '');
    expect(await ended, run.log()).toBe(7);
    server.close();
  });
});

const [standIn] = dmtcpImplementations;
if (standIn === undefined) throw new Error('there is always the stand-in');
const dmtcp = standIn;

describe('DMTCP says', { concurrent: true }, () => {
  /** A checkpoint that hangs, once, by a setting of the stand-in. */
  const hanging = async (run: Run, setting: string) => {
    const trouble = join(run.folder, 'trouble');
    const ended = run.start({ [setting]: `@${trouble}`, CRFLOW_CHECKPOINT_LIMIT: '600' });
    await run.until('sealed');
    writeFileSync(trouble, 'yes');
    await run.until('checkpoint_failed');
    writeFileSync(trouble, '');
    run.go();
    return ended;
  };

  test('that it rejects a new process: the checkpoint is ended at once', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    expect(await hanging(run, 'DMTCP_STANDIN_REJECT'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(events(run, 'checkpoint_failed')[0]?.['why']).toContain('turned a process away');
    expect(run.log()).toContain('rejecting new connection');
    expect(run.log()).toContain('that means: a process was started during the checkpoint');
  });

  test('that it drains a socket: said soon, and ended', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    expect(await hanging(run, 'DMTCP_STANDIN_DRAIN'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.log()).toContain('the checkpoint makes no progress: "Still draining socket"');
    expect(events(run, 'checkpoint_failed')[0]?.['why']).toContain(
      'a connection open that DMTCP cannot save',
    );
  });

  test.for([
    [
      "REASON='Unimplemented file type.    x: Terminating...",
      'the program has opened something that DMTCP cannot save',
    ],
    ['[1] ERROR: write: No space left on device', 'the disk is full'],
  ])('%s at a launch: shown, with what it means', async ([words = '', meaning], { expect }) => {
    using run = byHand(dmtcp);
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(
      join(run.folder, '.bin/dmtcp_launch'),
      `#!/bin/bash\n[[ $1 != --version ]] || exec '${dmtcp.bin}/dmtcp_launch' --version\nprintf '\\e[0;31m%s\\e[0m\\n' "${words}"\nexit 99\n`,
      { mode: 0o755 },
    );
    expect(await run.start(), run.log()).toBe(74);
    expect(run.log()).toContain(`\n${words}\n`);
    expect(run.log()).toContain(`that means: ${meaning}`);
  });

  const judged = (
    functions: string,
  ) => `run=$PWD attempt_dir=$PWD/a; mkdir a; journal() { printf '%s ' "$@"; }; say() { :; }; disturbing=''
ever_sealed() { false; }; flush() { :; }; conclude() { echo "$1"; exit; }; dmtcp_ended_it() { false; }
doubt() { echo "$1" >status; recorded_status=$1; disturbance_ends; (conclude_end); }; work=0 since=1
${functions}`;

  test('nothing of a program that ended behind a checkpoint before the first generation: it begins anew, once', ({
    expect,
  }) => {
    using run = byHand(dmtcp);
    expect(run.functions(judged('doubt 1; doubt 1'), doubting)).toBe(
      'doubted status# 1 anew\nbelieved status# 1 done\n',
    );
  });

  test('nothing of a crash: that has to come twice again; and four different ends are the program’s', ({
    expect,
  }) => {
    using run = byHand(dmtcp);
    expect(
      run.functions(
        judged('doubt 139; doubt 139; doubt 139; rm doubted; for i in 1 2 3 4 5; do doubt $i; done'),
        doubting,
      ),
    ).toBe(
      [139, 139].map((status) => `doubted status# ${status} anew\n`).join('') +
        'believed status# 139 done\n' +
        [1, 2, 3, 4].map((status) => `doubted status# ${status} anew\n`).join('') +
        'believed status# 5 done\n',
    );
  });

  test('nothing, and the end is long after a checkpoint, or at another point of the work', ({ expect }) => {
    using run = byHand(dmtcp);
    const said = run.functions(
      judged(`doubt 1; work=100000; doubt 1; since=now; read_clock; since=$now
disturbance_ends() { touch -d '10 minutes ago' a/disturbed; }; doubt 1`),
      doubting,
    );
    expect(said).toBe('doubted status# 1 anew\ndoubted status# 1 anew\ndone\n');
  });

  test('what a checkpoint takes by what is resident: started, saved, and skipped where it outgrows the disk', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held, keys: 'memory = 300MiB' });
    mkdirSync(join(run.folder, '.bin'));
    const free = (mib: number) => writeFileSync(join(run.folder, 'free'), `h\nx 9 9 ${mib * 1024} 9% /\n`);
    writeFileSync(join(run.folder, '.bin/df'), `#!/bin/sh\ncat '${run.folder}/free'\n`, { mode: 0o755 });
    free(300);
    const ended = run.start();
    await run.until('sealed');
    expect(run.log()).toContain('a program of 300 MiB needs 360 MiB for a checkpoint');
    free(60);
    await run.until('checkpoint_skipped');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    free(10);
    expect(await run.start({ SLURM_JOB_ID: '4712', SLURM_RESTART_COUNT: '0' }), run.log()).toBe(70);
    expect(run.log()).toContain('no checkpoint fits');
  });
});
