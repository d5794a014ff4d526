// npm run forks: programs that start many processes, under one release of DMTCP after the other, in turns. Prints tables; a run of any
// length adds to the findings in CRFLOW_FORKS_LOG, if that names a file, and prints the tables of all that is in there.
//   CRFLOW_FORKS_DMTCP=/where/4.1.1:/where/4.2.0   prefixes of the releases
//   CRFLOW_FORKS_SECONDS=60  a turn of one release    CRFLOW_FORKS_TURNS=2  of each; in every second nothing is killed
//   CRFLOW_FORKS_FIRST=0  the number of the first turn    CRFLOW_FORKS_DEAF='TERM,TERM PIPE'  what the coordinator ignores, a turn each
//   CRFLOW_FORKS_PROGRAMS=shell   a pattern    CRFLOW_FORKS_INTERVAL=5  seconds between checkpoints
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { type Dmtcp, realDmtcpIn } from '../../test/support/dmtcp.ts';
import { Computation, type Finding, type ProgramName, programs } from './computation.ts';
import { tables } from './tables.ts';

const { env } = process;
/** What the coordinator ignores, a turn each. */
const deaf = (env['CRFLOW_FORKS_DEAF'] ?? 'TERM,TERM PIPE').split(',');
const number = (name: string, usual: number) => Number(env[`CRFLOW_FORKS_${name}`] ?? usual);

test('programs that start many processes', async () => {
  const releases = (env['CRFLOW_FORKS_DMTCP'] ?? '').split(':').map((prefix): Dmtcp => {
    const dmtcp = realDmtcpIn(join(prefix, 'bin'));
    if (dmtcp === null) throw new Error(`no DMTCP in '${prefix}': CRFLOW_FORKS_DMTCP=/prefix:/prefix`);
    return dmtcp;
  });
  const log = env['CRFLOW_FORKS_LOG'];
  const findings: Finding[] =
    log && existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    if (log) appendFileSync(log, `${JSON.stringify(finding)}\n`);
  };
  const chosen = (Object.keys(programs) as ProgramName[]).filter((name) =>
    new RegExp(env['CRFLOW_FORKS_PROGRAMS'] ?? '').test(name),
  );
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-forks-')));
  try {
    let serial = 0;
    const first = number('FIRST', 0);
    for (let turn = first; turn < first + number('TURNS', 2); turn++) {
      for (const dmtcp of releases) {
        const all = chosen.map((program) => {
          const folder = join(place, String(++serial));
          mkdirSync(folder);
          return new Computation(dmtcp, program, folder, deaf[turn % deaf.length] ?? 'TERM', tell);
        });
        const kills = Math.floor(turn / deaf.length) % 2 === 0;
        await Promise.all(all.map((one) => one.turn(number('SECONDS', 60), number('INTERVAL', 5), kills)));
      }
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  console.log(tables(findings));
});
