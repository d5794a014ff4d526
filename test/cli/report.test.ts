import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { linesSince } from '../support/journal.ts';

// `crc report` as a user has it: what it takes for a run, what it prints and writes, its exit status.
const schema = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../specs', `${name}.schema.json`), 'utf8'));
const valid = new Ajv({ allowUnionTypes: true, schemas: [schema('diagnostics')] }).compile(schema('story'));

const lines = linesSince(Date.parse('2026-11-28T10:00:00Z') / 1000);
const line = (...given: Parameters<typeof lines.line>) => `${lines.line(...given)}\n`;
const started = (...given: Parameters<typeof lines.started>) => `${lines.started(...given)}\n`;
const journal = [
  started(0, 1, 0),
  line(5, 1, 'launched'),
  line(6, 1, 'measured', { processes: 3, resident: 1048576, processor: 0.5, written: 10 }),
  line(106, 1, 'measured', { processes: 3, resident: 2097152, processor: 50.5, written: 1010 }),
  line(107, 1, 'sealed', { generation: 1, bytes: 2000000, seconds: 1 }),
  started(400, 2, 207),
  line(410, 2, 'restored', { generation: 1 }),
  line(500, 2, 'inner_ended', { outcome: 'done', why: 'words', reason: '' }),
  line(501, 2, 'left', { status: 3, whose: 'application', why: 'the application ended with status 3' }),
].join('');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const report = (args: string[], input?: string) =>
  crc(['report', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });

/** The folder of a run as a job leaves it. */
function makeRun(name: string, text = journal): string {
  const run = `crflow-state/water/${name}`;
  mkdirSync(join(folder, run, 'attempts/2'), { recursive: true });
  writeFileSync(join(folder, run, 'journal.jsonl'), text);
  writeFileSync(join(folder, run, 'attempts/2/seconds'), '101         \n');
  writeFileSync(join(folder, run, 'status'), '3\n');
  return run;
}
const statusOf = (text: string, more: object = {}) =>
  JSON.stringify({
    format: 1,
    workflow: 'water',
    run: '7.alpha',
    queue: '',
    status: 3,
    total: 7200,
    lead: 60,
    attempts: [],
    journal: text.split('\n'),
    ...more,
  });

describe('crc report', () => {
  test('reads the folder of a run, its journal, and what status --json prints', () => {
    const run = makeRun('7.alpha');
    writeFileSync(join(folder, 'status.json'), statusOf(journal));
    const [byFolder, byStatus] = [report([run]), report(['status.json'])];
    expect(byFolder).toMatchObject({ status: 0, stderr: '' });
    expect(byFolder.stdout).toContain('water, run 7.alpha: done, with status 3; 2 attempts');
    expect(byFolder.stdout).toContain('1 failure came without a warning, and cost 1 min 40 s of work');
    expect(byStatus.stdout).toBe(byFolder.stdout);
    expect(report(['-'], statusOf(journal)).stdout).toBe(byFolder.stdout);
    expect(report([`${run}/journal.jsonl`]).stdout).toContain('job 7: done, with status 3; 2 attempts');
  });

  test('a folder of runs stands for all of them', () => {
    for (const name of ['9.alpha', '10.alpha', '11.alpha']) makeRun(name);
    makeRun(
      '12.alpha',
      started(0, 1, 0) + line(2, 1, 'left', { status: 74, whose: 'crflow', why: 'it was lost' }),
    );
    rmSync(join(folder, 'crflow-state/water/12.alpha/status'));
    const { status, stdout } = report(['crflow-state/water']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^4 runs\n/);
    expect(stdout).toMatch(
      /3 runs +done, with status 3: the application ended with status 3: 9\.alpha, 10\.alpha,/,
    );
    expect(stdout).toMatch(/1 run +stopped, with status 74: it was lost: 12\.alpha/);
  });

  test('writes a page, and only that', () => {
    const run = makeRun('7.alpha');
    const { status, stdout } = report(['--html', 'page.html', run]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'wrote page.html\n' });
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    makeRun('8.alpha');
    expect(report(['--html', 'many.html', 'crflow-state/water']).stdout).toBe('wrote many.html\n');
    expect(readFileSync(join(folder, 'many.html'), 'utf8')).toContain('<h1>2 runs</h1>');
    expect(readdirSync(folder).sort()).toEqual(['crflow-state', 'many.html', 'page.html']);
  });

  test('draws runs above one another, in a page and in a file of its own', () => {
    const runs = [makeRun('7.alpha'), makeRun('8.alpha')];
    expect(report(['--compare', '--html', 'a.html', '--svg', 'a.svg', ...runs]).stdout).toBe(
      'wrote a.html and a.svg\n',
    );
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img"/,
    );
    expect(report(['--svg', 'b.svg', ...runs])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("needs option '--compare'"),
    });
  });

  test('says the same as JSON, which fits its schema', () => {
    const { status, stdout } = report(['--json', makeRun('7.alpha')]);
    const answer = JSON.parse(stdout);
    expect(valid(answer), JSON.stringify(valid.errors)).toBe(true);
    expect(status).toBe(0);
    expect(answer.stories).toMatchObject([
      {
        workflow: 'water',
        run: '7.alpha',
        budget: { used: 308, total: 7200 },
        ending: { kind: 'done', status: 3 },
      },
    ]);
  });

  test('prints a table for programs that plot', () => {
    const { status, stdout } = report(['--csv', makeRun('7.alpha')]);
    expect(status).toBe(0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toBe(
      'workflow,run,attempt,what,utc,from,to,generation,bytes,processes,resident,processor,written,seconds,file,why',
    );
    expect(rows).toContain('water,7.alpha,1,save,2026-11-28 10:01:46,106,107,1,2000000,,,,,,,');
    expect(rows).toContain('water,7.alpha,1,measured,2026-11-28 10:01:46,106,106,,,3,2097152,50.5,1010,,,');
    expect(rows).toContain('water,7.alpha,,waiting,2026-11-28 10:03:27,207,400,,,,,,,,,');
    for (const row of rows) expect(row.replaceAll(/"[^"]*"/g, '').split(',').length).toBe(16);
  });

  test('that table has what went wrong', () => {
    const run = makeRun(
      '7.alpha',
      [
        started(0, 1, 0),
        line(5, 1, 'launched'),
        line(9, 1, 'checkpoint_failed', { why: 'the disk, it is full' }),
        line(10, 1, 'checkpoint_skipped', { needs: 2048, free: 1024 }),
        line(11, 1, 'warned', { file: '/w/a', why: 'written in place' }),
        line(12, 1, 'sealed', { generation: 1, bytes: 2000000, seconds: 1 }),
        started(400, 2, 207),
        line(405, 2, 'restore_failed', { generation: 2 }),
        line(409, 2, 'changed_since', { generation: 1, file: '/w/a', how: 'shorter' }),
        line(410, 2, 'restored', { generation: 1 }),
      ].join(''),
    );
    const rows = report(['--csv', run]).stdout.split('\n');
    expect(rows).toContain(
      'water,7.alpha,1,save_failed,2026-11-28 10:00:09,9,9,,,,,,,,,"the disk, it is full"',
    );
    expect(rows).toContain(
      'water,7.alpha,1,save_skipped,2026-11-28 10:00:10,10,10,,,,,,,,,"skipped: it needed 2 KiB, and 1 KiB were free"',
    );
    expect(rows).toContain('water,7.alpha,1,at_risk,2026-11-28 10:00:11,11,11,,,,,,,,/w/a,written in place');
    expect(rows).toContain('water,7.alpha,2,restore_failed,2026-11-28 10:06:45,405,405,2,,,,,,,,');
    expect(rows).toContain(
      'water,7.alpha,2,not_rolled_back,2026-11-28 10:06:49,409,409,1,,,,,,,/w/a,shorter',
    );
    expect(rows).toContain(
      'water,7.alpha,1,loss,2026-11-28 10:03:27,207,207,,,,,,,195,,"the job was killed, and recorded no status"',
    );
  });

  test('takes several runs in one stream, and says which of them it cannot read', () => {
    // As jobs print them, on a line each, and without a line end between them.
    const [one, other] = [statusOf(journal), statusOf(journal, { workflow: 'salt } {"format":1,' })];
    for (const between of ['\n', '', '\n\n']) {
      const { status, stdout } = report(['-'], `${one}${between}${other}${between}`);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^2 runs\n/);
    }
    const printed = JSON.stringify(JSON.parse(one), null, 2);
    writeFileSync(join(folder, 'all.json'), `${printed}\n${other}\n${one}\n`);
    expect(JSON.parse(report(['--json', 'all.json']).stdout).stories.length).toBe(3);
    const cut = report(['-'], `${one}\n${other.slice(0, 300)}`);
    expect(cut.status).toBe(2);
    expect(cut.stdout).toContain('water, run 7.alpha: done');
    expect(cut.stderr).toContain('of the runs in it, number 2 is unreadable: it is neither the journal');
    const newer = report(['-'], `{"format":2}${one}`);
    expect(newer.stderr).toContain('number 1 is unreadable: it has format 2');
  });

  test.each([
    ['nowhere', () => {}, 'cannot read nowhere: there is no such file'],
    [
      'empty',
      () => mkdirSync(join(folder, 'empty')),
      'cannot read empty: it is a folder without a journal.jsonl',
    ],
    [
      'a',
      () => writeFileSync(join(folder, 'a'), ''),
      'cannot read a: it is empty: no attempt of this run has begun',
    ],
    [
      'a',
      () => writeFileSync(join(folder, 'a'), 'crflow 1\n'),
      'cannot read a: it is neither the journal of a run',
    ],
    [
      'a',
      () => writeFileSync(join(folder, 'a'), '{"format":1}'),
      'cannot read a: it is neither the journal of a run',
    ],
    [
      'a',
      () => writeFileSync(join(folder, 'a'), line(1, 1, 'launched')),
      'cannot read a: it is the end of a journal',
    ],
    ['a', () => writeFileSync(join(folder, 'a'), '{"format":2}'), 'cannot read a: it has format 2'],
    ['/dev/null', () => {}, 'cannot read /dev/null: it is not a regular file'],
  ])('%s: says what is wrong with it', (name, make, why) => {
    make();
    const { status, stdout, stderr } = report([name]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(why);
  });

  test('reports on the other runs, and its status says that one was not read', () => {
    const { status, stdout, stderr } = report([makeRun('7.alpha'), 'nowhere']);
    expect(status).toBe(2);
    expect(stdout).toContain('water, run 7.alpha');
    expect(stderr).toContain('cannot read nowhere');
    const json = JSON.parse(report(['--json', 'crflow-state/water', 'nowhere']).stdout);
    expect(json.stories.length).toBe(1);
    expect(json.diagnostics.length).toBe(1);
  });

  test('does not leave out a run of somebody else, and says that it may not be read', (context) => {
    const bundle = join(import.meta.dirname, '../../dist/crc.js');
    // Root may look into every folder, so these ask as somebody else does.
    const asNobody = (...args: string[]) =>
      spawnSync(process.execPath, [bundle, ...args], {
        cwd: folder,
        encoding: 'utf8',
        ...{ uid: 65534, gid: 65534 },
      });
    const [one, other] = [makeRun('1.alpha'), makeRun('2.alpha')];
    chmodSync(folder, 0o755);
    context.skip(process.getuid?.() !== 0 || asNobody('--version').status !== 0);
    chmodSync(join(folder, one), 0o700);
    const all = asNobody('report', 'crflow-state/water');
    expect(all.status).toBe(2);
    expect(all.stdout).toContain('water, run 2.alpha');
    expect(all.stderr).toContain(`cannot read ${one}: permission denied`);
    const alone = asNobody('report', one);
    expect(alone).toMatchObject({ status: 2, stderr: expect.stringContaining('permission denied') });
    // A folder of runs that does not show their names.
    chmodSync(join(folder, 'crflow-state/water'), 0o711);
    const hidden = asNobody('report', 'crflow-state/water');
    expect(hidden.stderr).toContain('cannot read crflow-state/water: permission denied');
    expect(asNobody('report', other).status).toBe(0);
  });

  test('its help says which statuses it has', () => {
    const { stdout } = report(['--help']);
    expect(stdout).not.toMatch(/--check|1 findings/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Exit status: 0 fine, 2 a run could not be read');
  });

  test('says how much of a torn journal is left out', () => {
    const run = makeRun('7.alpha', `${journal.slice(0, 40)}\n${journal}{"time":"2026-11-2`);
    const { status, stdout } = report([run]);
    expect(status).toBe(0);
    expect(stdout).toContain('2 lines of the journal cannot be read (1, 11) and are left out');
  });

  test('says so if it cannot write', () => {
    const run = makeRun('7.alpha');
    copyFileSync(join(folder, run, 'journal.jsonl'), join(folder, 'copy'));
    const { status, stderr } = report(['--html', 'nowhere/page.html', run]);
    expect(status).toBe(3);
    expect(stderr).toContain('cannot write to nowhere/page.html: there is no folder nowhere');
    expect(stderr).not.toContain('all files of a flow');
  });

  test('without a run it is used wrongly', () => {
    expect(report([])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('missing required argument'),
    });
    expect(report(['--json', '--csv', 'a']).status).toBe(2);
  });
});
