import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// Ten thousand tasks that start together must not write their checkpoints in the same second.
const tasks = 10_000;
const interval = 3600;

/** How long the tasks, or other runs, wait for their first checkpoint. */
const waits = (run: ReturnType<typeof byHand>, ids: string, env: Record<string, string> = {}) =>
  run
    .functions(
      `unset SECONDS; SECONDS=100; attempt_dir=$PWD/attempt
for id in ${ids}; do run=$PWD/$id next_checkpoint=$((SECONDS + ${interval})); keep_out_of_step; echo $((next_checkpoint - SECONDS)); done`,
      { CRFLOW_PROVE: '0', ...env },
    )
    .trim()
    .split('\n')
    .map(Number);

test('tasks of an array are spread over half of the first interval, evenly, and each time alike', () => {
  using run = byHand(dmtcpUnderTest());
  const all = waits(run, `17_{0..${tasks - 1}}.a_cluster`);
  expect(all).toHaveLength(tasks);
  expect(Math.max(...all)).toBeLessThanOrEqual(interval);
  expect(Math.min(...all)).toBeGreaterThanOrEqual(interval / 2);
  const counts = new Map<number, number>();
  for (const wait of all) counts.set(wait, (counts.get(wait) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(Math.ceil(tasks / (interval / 2)) + 2);
  // Few tasks, too, and those that start as others end.
  const few = waits(run, '17_{0..9}').sort((a, b) => a - b);
  const gaps = few.slice(1).map((wait, at) => wait - (few[at] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(interval / 2 / 10 / 3);
  expect(waits(run, '17_{0..9}').sort((a, b) => a - b)).toEqual(few);
});

test('only the first wait of an attempt is shorter, and the one behind the proof', () => {
  using run = byHand(dmtcpUnderTest());
  const shorter = [expect.toSatisfy((wait: number) => wait < interval)];
  expect(waits(run, '17_1'), 'the first').toEqual(shorter);
  mkdirSync(join(run.folder, 'attempt'));
  writeFileSync(join(run.folder, 'attempt/checkpoints'), '1\n');
  expect(waits(run, '17_1'), 'a later one').toEqual([interval]);
  expect(waits(run, '17_1', { CRFLOW_PROVE: '60' }), 'behind the proof').toEqual(shorter);
  mkdirSync(join(run.folder, '17_1'));
  writeFileSync(join(run.folder, '17_1/proven'), '');
  expect(waits(run, '17_1', { CRFLOW_PROVE: '60' }), 'a later one').toEqual([interval]);
});

test('a job that is no task of an array waits for as long as its flow says', () => {
  using run = byHand(dmtcpUnderTest());
  expect(waits(run, '4711 4711.perlmutter 4711.a_1 4711.a_cluster')).toEqual(Array(4).fill(interval));
});
