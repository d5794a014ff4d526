import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { rehearsal } from '../support/emitted.ts';

// A Slurm that answers late, or in another way than one would think. In another it is test/slurm.
const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');

/** Answers with an end that `date` understands, as Slurm does: in the format that it is asked for. `first`: lines before that. */
const scontrol = (end: string, first = '') => `#!/bin/bash
case $1 in show) ;; requeue) exit 0 ;; *) exit 1 ;; esac
${first}
echo "JobId=\${!#} JobName=x JobState=RUNNING PreemptTime=None EndTime=$(date -d '${end}' "+\${SLURM_TIME_FORMAT:-%FT%T}") X=y"
`;

describe('a warning before the time limit', { concurrent: true }, () => {
  test.for<[string, string, Record<string, string>]>([
    [
      'where Slurm did not tell the limit at the start',
      scontrol('+100 seconds', 'mkdir asked 2>/dev/null && echo "Socket timed out" && exit 1'),
      {},
    ],
    [
      'where the limit was lowered meanwhile',
      scontrol('+100 seconds', "mkdir asked 2>/dev/null && echo ' EndTime=2100-01-01T00:00:00 ' && exit"),
      {},
    ],
    [
      'of a user who has Slurm tell times in another format',
      scontrol('+100 seconds'),
      { SLURM_TIME_FORMAT: '%d.%m. %H:%M', CRFLOW_LEAD: '20' },
    ],
  ])('%s: the run goes on by requeue', async ([, text, env], { expect }) => {
    using run = rehearsal(dmtcp, { count: 'hold=never' });
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(join(run.folder, '.bin/scontrol'), text, { mode: 0o755 });
    const ended = run.start({ CRFLOW_INTERVAL: '600', CRFLOW_REQUEUE_WAIT: '1', ...env });
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await ended, run.log()).toBe(75);
    expect(run.entries().find(({ event }) => event === 'asked')).toMatchObject({ reason: 'limit' });
    expect(run.entries().map(({ event }) => event)).toContain('requeued');
  });
});

test('the end of a job in an hour that comes twice is told rightly, both times', ({ expect }) => {
  using run = rehearsal(dmtcp);
  const ends = [1_729_989_000, 1_729_992_600]; // half past two in Berlin, on 27 October 2024
  for (const end of ends) {
    mkdirSync(join(run.folder, '.bin'), { recursive: true });
    writeFileSync(join(run.folder, '.bin/scontrol'), scontrol(`@${end}`), { mode: 0o755 });
    const told = run.functions('catch_signals; identify; echo "$end_time"', { TZ: 'Europe/Berlin' });
    expect(told.trim()).toBe(String(end));
  }
});
