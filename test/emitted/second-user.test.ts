import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { type Dmtcp, dmtcpEnvironment, dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// What somebody else with an account on the same machine can do to a run, and what not.

type Run = ReturnType<typeof byHand>;
// Two that every Linux has: DMTCP wants a name for its user.
const owner = 1;
const other = 65_534;
const isRoot = process.getuid?.() === 0;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);

/** A program of the other user's. */
function asOther(script: string, dmtcp: Dmtcp) {
  const env = { ...dmtcpEnvironment(dmtcp), TMPDIR: '/tmp' };
  const his = { uid: other, gid: other, cwd: '/', stdio: 'ignore', env } as const;
  const child = spawn('bash', ['-c', script], his);
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** The folders of `path`, made by the other user, for all to write to. */
function plant(path: string, from: string) {
  mkdirSync(path, { recursive: true });
  for (let folder = path; folder !== from; folder = join(folder, '..')) {
    chownSync(folder, other, other);
    chmodSync(folder, 0o777);
  }
}

/** The port of the run's coordinator: anybody finds it by a scan. */
function portOf(run: Run): number {
  const tmp = readFileSync(join(run.state, 'attempts/1/tmp'), 'utf8').trim().replace(/^\S+ /, '');
  const work = readdirSync(tmp).find((name) => /^crflow-\w+\.\d+$/.test(name)) ?? '';
  return Number(readFileSync(join(tmp, work, 'port'), 'utf8'));
}

describe.skipIf(!isRoot).each(dmtcpImplementations)(
  `another user${isRoot ? '' : ' (skipped: only root can be two)'}, with $name`,
  { concurrent: true },
  (dmtcp) => {
    test('who submits in the same folder has a state of his own, and nobody sees that of the first', async ({
      expect,
    }) => {
      using run = byHand(dmtcp, { user: owner });
      chmodSync(run.folder, 0o1777);
      plant(join(run.folder, 'crflow-state'), run.folder);
      chmodSync(join(run.folder, 'crflow-state'), 0o700);
      expect(await run.start(), run.log()).toBe(7);
      const own = join(run.folder, `crflow-state-${owner}/count/4711`);
      expect(statSync(own).uid).toBe(owner);
      expect(statSync(own).mode & 0o077).toBe(0);
      expect(run.output()).toBe(run.expected);
      expect(run.verb('status').said).toContain('done, with status 7');
    });

    test('who has made the folder of the runs first, in a state that all share', async ({ expect }) => {
      using run = byHand(dmtcp, { user: owner });
      plant(run.state, run.folder);
      chmodSync(join(run.folder, 'crflow-state'), 0o1777);
      writeFileSync(join(run.state, 'status'), '0\n');
      expect(await run.start(), run.log()).toBe(7);
      expect(existsSync(join(run.folder, `crflow-state/count-${owner}/4711/status`))).toBe(true);
    });

    test('who could put another folder in the place of the run: nothing is run', async ({ expect }) => {
      using run = byHand(dmtcp, { user: owner });
      plant(join(run.folder, 'crflow-state'), run.folder);
      expect(await run.start(), run.log()).toBe(70);
      expect(run.log()).toContain('everybody can write to');
      expect(run.output()).toBe('');
    });

    test('who has planted a file in the folder of a run while it was open: none of it is used', async ({
      expect,
    }) => {
      using run = byHand(dmtcp, { user: owner, count: held });
      await run.lostAttempt(1);
      for (const name of ['status', 'attempts/1/request']) {
        writeFileSync(join(run.state, name), '0\n');
        chownSync(join(run.state, name), other, other);
      }
      expect(await run.start(), run.log()).toBe(70);
      expect(run.log()).toMatch(/(status|request) belongs to somebody else/);
    });

    test('who has taken the names that a run could use in /tmp: it runs', async ({ expect }) => {
      using run = byHand(dmtcp, { user: owner, count: held });
      await run.lostAttempt(1);
      // The folder of the attempt that was killed, in the hands of another.
      const [, tmp = ''] = /^\S+ (.*)$/m.exec(readFileSync(join(run.state, 'attempts/1/tmp'), 'utf8')) ?? [];
      chownSync(tmp, other, other);
      writeFileSync(join(tmp, 'his'), 'his');
      expect(await run.start(), run.log()).toBe(7);
      expect(run.output()).toBe(run.expected);
      expect(existsSync(join(tmp, 'his'))).toBe(true);
    });

    test.for([
      [
        'who connects to the coordinator, and says nothing',
        'exec 3<>/dev/tcp/127.0.0.1/PORT; exec sleep 600',
      ],
      [
        'who has a program of his own join the computation',
        `mkdir -p OWN; cd OWN; exec '${dmtcp.bin}/dmtcp_launch' -j -p PORT --ckptdir OWN --tmpdir OWN sleep 600`,
      ],
    ])('%s: it is ended, and restored from before', async ([, attack = ''], { expect }) => {
      using run = byHand(dmtcp, { user: owner, count: held });
      const own = `${run.folder.replaceAll(' ', '-')}-his`;
      const ended = run.start();
      await run.until('sealed');
      using _attack = asOther(attack.replaceAll('PORT', String(portOf(run))).replaceAll('OWN', own), dmtcp);
      await run.until('foreign_peer');
      await run.until('restored');
      run.go();
      expect(await ended, run.log()).toBe(7);
      expect(run.output()).toBe(run.expected);
      expect(events(run, 'foreign_peer')).toMatchObject([{ why: expect.stringContaining(`user ${other}`) }]);
      expect(run.left()).toEqual([]);
      rmSync(own, { recursive: true, force: true });
    });

    test('who has an image of his own listed: it is not sealed', ({ expect }) => {
      using run = byHand(dmtcp);
      const seal = (list: string, how = ':') =>
        run.functions(`live=$PWD/live; rm -rf live out; mkdir live out; echo memory >live/ckpt_a.dmtcp; echo memory >evil.dmtcp; ln -sf ../evil.dmtcp live/ckpt_l.dmtcp
${how}; printf '%s\\n' ${list} >out/images; attacked() { echo "$1"; exit; }; collect_images out && echo sealed`);
      expect(seal('ckpt_a.dmtcp', 'rm live/ckpt_l.dmtcp')).toBe('sealed\n');
      for (const list of [
        'ckpt_a.dmtcp ../evil.dmtcp',
        '/etc/passwd',
        'ckpt_l.dmtcp',
        'ckpt_a.dmtcp ckpt_a.dmtcp',
        '../../evil.dmtcp',
      ])
        expect(seal(list), list).toContain('not of this computation');
      if (isRoot)
        expect(seal('ckpt_a.dmtcp', `rm live/ckpt_l.dmtcp; chown ${other} live/ckpt_a.dmtcp`)).toContain(
          'not of this',
        );
      expect(seal('ckpt_a.dmtcp', 'rm live/ckpt_l.dmtcp; : >live/ckpt_b.dmtcp'), 'one is missing').toBe('');
    });
  },
);
