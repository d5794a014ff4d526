import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENGINES, type EngineName } from '../../src/language/words.ts';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// What the inner half notes of the memory and the processor time of the application, for `crc report`.
const dmtcp = dmtcpUnderTest();
const MIB = 1024 * 1024;

/** A program with a child in a session of its own: 40 MiB, 8 MiB written, and half a second of processor time each; then it waits. */
const program = `import os, time
child = os.fork() == 0
if child: os.setsid()
memory = bytearray(40 * ${MIB})
with open('written' + str(child), 'wb') as file: file.write(bytes(8 * ${MIB}))
while time.process_time() < 0.5: pass
open('ready' + str(child), 'w').close()
while not os.path.exists('go'): time.sleep(0.05)
if not child: os.wait()
`;

const how = {
  dmtcp: 'interval = 10min   lead = 2min',
  own: 'engine = own  interval = 10min  lead = 2min  files = ["saved"]  done_files = ["readyTrue"]',
  none: 'engine = none  lead = 2min',
  // Its processes are found as those of `own` are; it needs ranks of MPI.
  mana: undefined,
} satisfies Record<EngineName, string | undefined>;

const flowOf = (engine: EngineName) => `crflow 1
workflow count {
  application { run = """
    python3 program.py
  """ memory = 100MiB }
  checkpoint { ${how[engine]} }
  schedule { time = 1h   total = 2h }
}
`;

describe.each(ENGINES.filter((engine) => how[engine] !== undefined))('with the engine %s', (engine) => {
  test('counts the processes of the application, and no others', async () => {
    using run = byHand(dmtcp, { flow: flowOf(engine) });
    run.write('program.py', program);
    const ended = run.start({ CRFLOW_MEASURE: '1', CRFLOW_INTERVAL: '600', CRFLOW_STARTUP: '0' });
    await run.until('launched');
    await run.untilFile('readyTrue');
    await run.untilFile('readyFalse');
    const before = run.measured().length;
    await run.untilMeasured(before + 2);
    const last = run.measured().at(-1);
    run.go();
    await ended;
    // The shell that records the status, that of `run`, the program and its child.
    expect(last?.['processes']).toBeGreaterThanOrEqual(3);
    expect(last?.['processes']).toBeLessThanOrEqual(6);
    expect(last?.['resident']).toBeGreaterThan(80 * MIB);
    expect(last?.['resident']).toBeLessThan(250 * MIB);
    expect(last?.['processor']).toBeGreaterThan(0.9); // Linux counts hundredths, rounded down for each process
    expect(last?.['written']).toBeGreaterThanOrEqual(16 * MIB);
  });
});

test('notes it before and after a checkpoint, and again after a restore', async () => {
  using run = byHand(dmtcp, { count: 'hold=go' });
  run.start({ CRFLOW_PROVE: '1', CRFLOW_MEASURE: '3600', CRFLOW_INTERVAL: '2' });
  await run.until('sealed', 2);
  run.powerCut();
  const lines = readFileSync(join(run.state, 'journal.jsonl'), 'utf8').trim().split('\n');
  // Without srun, the job also says that nobody listens for a preemption, at some time.
  const events = lines.map((line) => JSON.parse(line).event).filter((event) => event !== 'deaf');
  // With the proof the program ends with its checkpoint.
  const first = events.indexOf('sealed');
  expect(events.slice(first - 1, first + 2)).toEqual(['measured', 'sealed', 'inner_ended']);
  expect(events.slice(events.indexOf('restored')).slice(0, 2)).toEqual(['restored', 'measured']);
  expect(events[events.indexOf('sealed', first + 1) - 1]).toBe('measured');
});

test('CRFLOW_MEASURE=0: nothing', () => {
  using run = byHand(dmtcp);
  expect(run.functions('measure; measure_on_time; echo $?', { CRFLOW_MEASURE: '0' })).toBe('0\n');
});

test('starts no process', () => {
  using run = byHand(dmtcp);
  const said = run.functions(
    `run=$PWD attempt_dir=$PWD attempt=1 page_size=4096; exec 3>shell; find_first() { REPLY=$$; }
PATH= ; measure; declare -f measure own_processes journal json_members find_first know_process lives read_stat`,
    { CRFLOW_MEASURE: '60' },
  );
  expect(said).not.toMatch(/\$\((?!\()|`|(?<!\|)\|(?!\|)/);
  const line = JSON.parse(readFileSync(join(run.folder, 'journal.jsonl'), 'utf8'));
  expect(line).toMatchObject({ event: 'measured', processes: 1 });
  expect(line.resident).toBeGreaterThan(MIB);
});

// The run's folder is on shared storage. Asked of each process of the user, each minute, it was looked at more than once a second.
test('looks at the run’s folder for processes with a file in that place only, and once for each computation', () => {
  using run = byHand(dmtcp, { flow: flowOf('dmtcp') });
  const said =
    run.functions(`run=$PWD; exec 3>shell; first=''; born=([$$]=1); find_first; echo "$((REPLY == $$)) $REPLY"
rm shell; born=(); find_first; echo "$((REPLY == $$))"; first=''; find_first; echo "[$REPLY]"
born=([1]=1 [2]=1); find_first; echo "[$REPLY]"`);
  expect(said).toMatch(/^1 \d+\n1\n\[\]\n\[\]\n$/);
});
