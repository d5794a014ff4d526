import { expect, test } from 'vitest';
import { readProfile } from '../../src/site/read.ts';
import { allocatesWholeNodes } from '../../src/site/whole-nodes.ts';
import { besideProgram, memoryThatFits, memoryToAsk } from '../../src/time/memory.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

test.each([
  ['dmtcp', 200 * MiB, 1, 768 * MiB],
  ['dmtcp', 4 * GiB, 1, 5 * GiB],
  ['dmtcp', 4 * GiB, 8, 5 * GiB],
  ['dmtcp', 64 * GiB, 64, 69 * GiB],
  ['own', 200 * MiB, 64, 512 * MiB],
  ['none', 64 * GiB, 2, 65 * GiB],
] as const)('%s: %i bytes and %i threads ask for %i bytes', (engine, memory, threads, ask) => {
  expect(memoryToAsk(memory, engine, threads)).toBe(ask);
});

// What jobs needed once their programs were restored, in MiB without those of the program (docs/memory.md).
test.each([
  ['C, 1 process', 1, 98 + 24],
  ['C, 32 processes', 32, 98 + 32 * 24],
  ['Python, 8 forked processes', 8, 98 + 8 * 64],
])('%s: what was measured fits', (_, processes, measured) => {
  expect(besideProgram('dmtcp', processes)).toBeGreaterThanOrEqual(measured * MiB);
});

test('a memory that is said to fit into a node does, and not much more would', () => {
  for (const engine of ['dmtcp', 'own', 'none'] as const)
    for (const threads of [1, 7, 128])
      for (const node of [3 * GiB, 64 * GiB, 257_000 * MiB]) {
        const fits = memoryThatFits(node, engine, threads);
        if (fits === 0) continue;
        expect(memoryToAsk(fits, engine, threads)).toBeLessThanOrEqual(node);
        expect(memoryToAsk(fits + 2 * GiB, engine, threads)).toBeGreaterThan(node);
      }
  expect(memoryThatFits(GiB, 'dmtcp', 64)).toBe(0);
});

const site = (more: string) => {
  const { profile } = readProfile({ name: 'here.json', text: `{"format":1,"name":"here"${more}}` });
  if (profile === undefined) throw new Error(`no profile: ${more}`);
  return profile;
};

test.each([
  ['nothing is known', '', undefined, undefined, false],
  ['the cluster does', ',"slurm":{"wholeNodes":true}', undefined, undefined, true],
  ['a partition does', ',"partitions":[{"name":"a","wholeNodes":true}]', undefined, 'a', true],
  [
    'the default one does',
    ',"partitions":[{"name":"a","default":true,"wholeNodes":true}]',
    undefined,
    undefined,
    true,
  ],
  ['another one does', ',"partitions":[{"name":"a","wholeNodes":true}]', undefined, 'b', false],
  ['one of two does', ',"partitions":[{"name":"a","wholeNodes":true},{"name":"b"}]', undefined, 'a,b', false],
  [
    'one of two is not in the profile',
    ',"partitions":[{"name":"a","wholeNodes":true}]',
    undefined,
    'a,b',
    false,
  ],
  [
    'both do',
    ',"partitions":[{"name":"a","wholeNodes":true},{"name":"b","wholeNodes":true}]',
    undefined,
    'a,b',
    true,
  ],
  [
    'the partition does not, the cluster does',
    ',"partitions":[{"name":"a","wholeNodes":false}],"slurm":{"wholeNodes":true}',
    undefined,
    'a',
    false,
  ],
  [
    'the QOS does not, the partition does',
    ',"qos":[{"name":"q","wholeNodes":false}],"partitions":[{"name":"a","wholeNodes":true}]',
    'q',
    'a',
    false,
  ],
  [
    'the default QOS does',
    ',"qos":[{"name":"q","default":true,"wholeNodes":true}]',
    undefined,
    undefined,
    true,
  ],
])('whole nodes: %s', (_, more, qos, partition, whole) => {
  expect(allocatesWholeNodes(site(more), qos, partition)).toBe(whole);
});
