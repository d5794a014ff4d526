import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../specs/status.schema.json'), 'utf8'));
const valid = new Ajv().compile(schema);

test('status --json: what is known about a run and its journal, as one object', async () => {
  using run = byHand(dmtcpUnderTest(), { count: held });
  await run.lostAttempt(1);
  expect(await run.start(), run.log()).toBe(7);
  const torn = '{"time":"2026-11-28T22:\t"\\\u001b';
  appendFileSync(join(run.state, 'journal.jsonl'), torn);
  for (const words of [['--json'], ['4711', '--json'], ['--json', '4711']]) {
    const { status, said } = run.verb('status', {}, ...words);
    expect(status).toBe(0);
    const told = JSON.parse(said);
    expect(valid(told), JSON.stringify(valid.errors)).toBe(true);
    expect(told).toMatchObject({
      workflow: 'count',
      run: '4711',
      engine: 'dmtcp',
      queue: '',
      status: 7,
      total: 3600,
      lead: 120,
      interval: 600,
      attempts: [
        { attempt: 1, left: '' },
        { attempt: 2, left: '7 the application ended with status 7' },
      ],
    });
    expect(told.journal.join('\n')).toBe(readFileSync(join(run.state, 'journal.jsonl'), 'utf8'));
  }
  // An interrupted write left it; the run's own account does not depend on it.
  expect(run.verb('status').said).toContain('done, with status 7');
});

test('the journal and status --json have no interval if the job calculates it', async () => {
  using run = byHand(dmtcpUnderTest(), { checkpoint: 'interval = auto  mtbf = 1h' });
  expect(await run.start(), run.log()).toBe(7);
  expect(JSON.parse(run.verb('status', {}, '--json').said)).not.toHaveProperty('interval');
  const [first = ''] = readFileSync(join(run.state, 'journal.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(first)).toMatchObject({ event: 'started', lead: expect.any(Number) });
  expect(JSON.parse(first)).not.toHaveProperty('interval');
});
