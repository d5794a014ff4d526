import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { numbers, pause, Rig, until } from './rig.ts';

// The other half of dmtcp.test.ts: what a restart does with good images, and with bad ones.
const LAST = 14;
const STATUS = 7;

describe.each(dmtcpImplementations)('a generation that was copied away and back, under $name', (dmtcp) => {
  let rig: Rig;
  let images: string[] = [];
  let stale = '';
  beforeAll(async () => {
    rig = new Rig(dmtcp);
    const coordinator = await rig.coordinator();
    rig.launch(LAST, STATUS);
    await rig.counted(2);
    await rig.running();
    const checkpoint = async (request: string): Promise<string[]> => {
      await rig.running();
      rig.forget();
      rig.command(request);
      await rig.commit();
      return rig.images();
    };
    // An image taken while a `sleep` ran that has ended since: it stays, and is not in the lists that come later.
    let sleep: string | undefined;
    while (!sleep) sleep = (await checkpoint('-c')).find((path) => path.includes('ckpt_sleep_'));
    while ((await checkpoint('-c')).includes(sleep)) await pause(100);
    images = await checkpoint('-kc');
    await coordinator.ended;
    stale = sleep;
    rig.keep();
    rig.open();
  });
  beforeEach(() => rig.putBack());
  afterAll(() => rig.end());

  it('is restored, with every number exactly once', async () => {
    await rig.coordinator();
    await rig.restart(images).ended;
    expect(rig.status()).toBe(String(STATUS));
    expect(rig.lines()).toEqual(numbers(LAST));
  });

  it('has to be restored in the folder where it was launched', async () => {
    await rig.coordinator();
    await rig.restart(images, rig.live).ended;
    expect(rig.status()).toBe(''); // the real one wrote it all the same: into the other folder
  });

  it('is not protected against a second restart under another coordinator', async () => {
    await rig.coordinator();
    const first = rig.restart(images);
    await rig.running();
    await rig.coordinator();
    const second = rig.restart(images);
    expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
  });

  it('hangs for ever with an image of a process that had ended, until it is killed', async () => {
    const coordinator = await rig.coordinator();
    const restart = rig.restart([...images, stale]);
    await until('all processes', () => rig.state().peers > images.length);
    await pause(1500);
    expect(rig.state()).toEqual({ peers: images.length + 1, running: 'no' });
    expect(rig.status()).toBe('');
    rig.killMembers();
    expect(await restart.ended).toBe(137);
    expect([0, 141]).toContain(await coordinator.ended); // SIGPIPE, where it greets one that is dead
    await until('the end of all processes', () => rig.members().length === 0);
  });

  it('hangs without the image of one process', async () => {
    const [, ...others] = images; // in no order; without that of the wrapper nothing would even start
    await rig.coordinator();
    rig.restart(others);
    await pause(1500);
    expect(rig.state().running).toBe('no');
    expect(rig.status()).toBe('');
  });

  it('hangs with an image cut in half', async () => {
    const image = images.at(-1) ?? '';
    truncateSync(image, Math.floor(statSync(image).size / 2));
    await rig.coordinator();
    rig.restart(images);
    await until('some process', () => rig.members().length > 0);
    await pause(1500);
    expect(rig.state().running).not.toBe('yes');
    expect(rig.status()).toBe('');
  });

  it('is refused with 99 with an empty image or a missing one, and the coordinator stays', async () => {
    await rig.coordinator();
    writeFileSync(images[0] ?? '', '');
    expect(await rig.restart(images).ended).toBe(99);
    rmSync(images[0] ?? '');
    expect(await rig.restart(images).ended).toBe(99);
    expect(rig.state()).toEqual({ peers: 0, running: 'no' });
  });

  it.skipIf(dmtcp.real)(
    'runs on with wrong memory where a byte changed [what a real program does is chance]',
    async () => {
      const image = images[0] ?? '';
      const bytes = readFileSync(image);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
      writeFileSync(image, bytes);
      await rig.coordinator();
      await rig.restart(images).ended;
      expect(rig.status()).toBe(String(STATUS));
      expect(rig.lines()).not.toEqual(numbers(LAST));
    },
  );
});
