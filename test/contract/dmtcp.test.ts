import { existsSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dmtcpImplementations, dmtcpSentence, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { kill, numbers, pause, Rig, shells, until } from './rig.ts';

// What crflow's runtime relies on, and what it has to defend itself against. The same body runs against every
// implementation: a stand-in that is kinder than DMTCP would make the tests of the runtime worthless.
console.info(dmtcpSentence);

if (whyNoRealDmtcp) {
  describe.skip(`contract of the real DMTCP: ${whyNoRealDmtcp}`, () => {
    it('runs where there is one', () => {});
  });
}

const LAST = 14;
const STATUS = 7;

describe.each(dmtcpImplementations)('a running application under $name', (dmtcp) => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig(dmtcp);
  });
  afterEach(() => rig.end());

  /** A coordinator and an application that has counted to 2, and waits at 7 until the gate is opened. */
  async function run() {
    const coordinator = await rig.coordinator();
    const application = rig.launch(LAST, STATUS);
    await rig.counted(2);
    await rig.running();
    return { coordinator, application };
  }

  it('has no state and takes no commands without a coordinator or without processes', async () => {
    rig.port = 1; // privileged, and nobody's
    expect(rig.command('-s').status).toBe(2);
    expect(await rig.launch(LAST, STATUS).ended).toBe(99);
    await rig.coordinator();
    expect(rig.state()).toEqual({ peers: 0, running: 'no' });
    for (const request of ['-c', '-bc', '-kc'])
      expect([request, rig.command(request).status]).toEqual([request, 2]);
    expect(rig.command('-k').status).toBe(0);
  });

  it('has a coordinator that ends at once where its standard input is a file', async () => {
    expect(await rig.coordinatorWithInput()).toBe(99);
  });

  it('takes a checkpoint with -c, one at a time, commits it with the restart script, and goes on to its end', async () => {
    const { coordinator, application } = await run();
    await rig.during(application, () => {
      expect(rig.committed()).toBe(false);
      expect(rig.command('-c').status).toBe(2);
    });
    await rig.commit();
    await until('the end of the list', () => rig.images().length > 0);

    const images = rig.images();
    const found = readdirSync(rig.live);
    expect(images.every((path) => path.startsWith(`${rig.live}/ckpt_`) && existsSync(path))).toBe(true);
    expect(found.filter((name) => name.endsWith('.dmtcp'))).toHaveLength(images.length);
    expect(found.filter((name) => name.endsWith('.temp'))).toEqual([]);
    expect(statSync(images[0] ?? '').mode & 0o777).toBe(0o600);
    rig.open();
    expect(await application.ended).toBe(0);
    expect(await coordinator.ended).toBe(0);
    expect(rig.status()).toBe(String(STATUS));
    expect(rig.lines()).toEqual(numbers(LAST));
    expect(readdirSync(rig.home).filter((name) => name.startsWith('port'))).toEqual([]);
  });

  it('returns from -bc with 0 before there is anything', async () => {
    await run();
    expect(rig.command('-bc').status).toBe(0);
    expect(rig.committed()).toBe(false);
    await rig.commit();
  });

  it('says with -kc what it says always, and drops it during another checkpoint', async () => {
    const { application } = await run();
    await rig.during(application, () => {
      expect(rig.command('-kc')).toEqual({ status: 2, said: 'Computation was checkpointed and killed.\n' });
    });
    await rig.commit();
    rig.open();
    await rig.counted(LAST);
  });

  it('checkpoints and kills with -kc, and goes on where it was, any number of times', async () => {
    let { coordinator, application } = await run();
    const names: string[][] = [];
    for (const reached of [4, 6]) {
      rig.forget();
      expect(rig.command('-kc').status).toBe(2);
      expect(rig.committed()).toBe(false);
      await rig.commit();
      expect(await coordinator.ended).toBe(0);
      expect(await application.ended).toBe(0);
      expect(rig.status()).toBe('');
      const images = rig.images();
      names.push(shells(images).sort());

      coordinator = await rig.coordinator();
      application = rig.restart(images);
      await rig.counted(reached);
      await rig.running();
    }
    rig.open();
    expect(await application.ended).toBe(0);
    expect(await coordinator.ended).toBe(0);
    expect(rig.status()).toBe(String(STATUS));
    expect(rig.lines()).toEqual(numbers(LAST));
    // All but that of a shell that was just starting a `sleep`, where one was caught in it.
    expect(names[0]?.filter((name) => names[1]?.includes(name)).length).toBeGreaterThan(1);
  });

  it('cuts its output back to the checkpoint when it is killed and restored', async () => {
    await run();
    rig.command('-c');
    await rig.commit();
    await rig.counted(4);
    rig.killMembers();
    await until('the end of the application', () => rig.members().length === 0);
    rig.open();
    await rig.coordinator();
    await rig.restart(rig.images()).ended;
    expect(rig.status()).toBe(String(STATUS));
    expect(rig.lines()).toEqual(numbers(LAST));
  });

  it('ends with 0 and no status of its own after -k', async () => {
    const { coordinator, application } = await run();
    expect(rig.command('-k').status).toBe(0);
    expect(await application.ended).toBe(0);
    expect(await coordinator.ended).toBe(0);
    expect(rig.status()).toBe('');
    await until('the end of all processes', () => rig.members().length === 0);
  });

  it('dies with its coordinator, with 99; the coordinator is deaf to TERM where that is ignored', async () => {
    const { coordinator, application } = await run();
    kill(coordinator.pid, 'SIGTERM');
    await pause(300);
    expect(rig.state().running).toBe('yes');
    kill(coordinator.pid);
    expect(await application.ended).toBe(99);
    await until('the end of all processes', () => rig.members().length === 0);
    expect(rig.status()).toBe('');
    expect(rig.command('-s').status).toBe(2);
  });

  it('can be found by what its processes have open, the shells and their children', async () => {
    const { coordinator } = await run();
    const commands = rig.commands();
    for (const word of ['wrapper.sh', 'run.sh', 'count.sh']) {
      expect(commands.filter((command) => command.includes(word)).length).toBeGreaterThan(0);
    }
    expect(rig.holders()).toContain(coordinator.pid); // its log is there, too: it is not of the computation
  });

  it('is killed by a full disk, and the checkpoint before it stays good', async () => {
    const { application } = await run();
    rig.command('-c');
    await rig.commit();
    await rig.running();
    const images = rig.images();
    for (const name of shells(images)) symlinkSync('/dev/full', join(rig.live, `${name}.temp`));
    rig.forget();
    expect(rig.log()).not.toMatch(/: Terminating\.\.\./);
    expect(rig.command('-c').status).toBe(0);
    await until('the last words', () => /: Terminating\.\.\./.test(rig.log())); // each process that DMTCP ends has them
    rig.killMembers(); // a shell may be left, asleep for ever
    expect([99, 137]).toContain(await application.ended);
    expect(rig.status()).toBe('');
    expect(rig.committed()).toBe(false);
    for (const name of readdirSync(rig.live)) if (name.endsWith('.temp')) rmSync(join(rig.live, name));
    rig.open();
    await rig.coordinator();
    await rig.restart(images).ended;
    expect(rig.lines()).toEqual(numbers(LAST));
  });
});
