import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

const folder = mkdtempSync(join(tmpdir(), 'crflow-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scriptFor = (shell: string) => {
  const { status, stdout } = crc(['completion', shell]);
  expect(status).toBe(0);
  const path = join(folder, shell);
  writeFileSync(path, stdout);
  return path;
};
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

/** What bash offers for the words of a command line, the last of which is being written. */
function offered(...words: string[]): string[] {
  const program =
    'source "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _crc; printf "%s\\n" "${COMPREPLY[@]}"';
  const { stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', scriptFor('bash'), ...words], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../../examples'),
  });
  expect(stderr).toBe('');
  return stdout.trim().split('\n').filter(Boolean);
}

test('bash offers commands, options, their values, and files', () => {
  expect(offered('crc', 'c')).toEqual(['compile', 'check', 'completion']);
  expect(offered('crc', 'compile', '--o')).toEqual(['--output']);
  expect(offered('crc', 'init', '--runtime', 'p')).toEqual(['podman-hpc', 'podman']);
  expect(offered('crc', 'check', 'mel')).toContain('melt.crflow');
  expect(offered('crc', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(offered('crc', 'help', 'f')).toEqual(['fmt']);
});

test.each(['bash', 'zsh', 'fish'].filter(has))('%s can read its completions', (shell) => {
  expect(spawnSync(shell, ['-n', scriptFor(shell)], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test.skipIf(!has('fish'))('fish offers commands and the values of options', () => {
  const ask = (line: string) =>
    spawnSync('fish', ['-c', `source ${scriptFor('fish')}; complete -C '${line}'`], { encoding: 'utf8' })
      .stdout;
  expect(ask('crc f')).toMatch(/^fmt\t/m);
  expect(ask('crc init --runtime app')).toMatch(/^apptainer/m);
  expect(ask('crc compile --st')).toMatch(/^--stdout\t/m);
});

test('the manual page has every command and option of --help, and mandoc can read it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../dist/man/crc.1'), 'utf8');
  expect(crc(['manual']).stdout).toBe(page);
  const plain = page.replaceAll('\\-', '-').replaceAll(/\\\(\w\w/g, '');
  const help = crc(['--help']).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) .*$/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');
  expect(commands.length).toBeGreaterThan(7);
  for (const command of commands) {
    expect(plain).toContain(`.SS "crc ${command} `);
    for (const [flag] of crc([command, '--help']).stdout.matchAll(/^ {2}(?:-\w, )?--[a-z-]+/gm))
      expect(plain).toContain(`.B ${flag.trim()}`);
  }
  // It has no date, so that building it again gives the same.
  if (spawnSync('mandoc', ['-V']).error === undefined) {
    const { stdout } = spawnSync('mandoc', ['-Tlint', 'dist/man/crc.1'], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
  }
});
