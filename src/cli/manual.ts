import type { Command } from 'commander';
import { wrap } from '../diagnostics/width.ts';
import { commandsOf, type OptionSpec, optionsOf } from './command-spec.ts';

/** As docs/commands.md has it. */
const statuses = [
  ['0', 'fine; there may be warnings'],
  ['1', 'findings: an error, a warning with --strict, or a difference with --check'],
  [
    '2',
    'wrong usage: an option, a file that cannot be read, an output that belongs to another flow or that crc did not write',
  ],
  ['3', 'a tool failed, the output could not be written, or crc itself has a bug'],
] as const;

/** The manual page crc(1), from the definitions that --help has. */
export function manual(program: Command, version: string): string {
  const commands = commandsOf(program);
  return `${[
    `.TH CRC 1 "" "crflow ${version}" "User Commands"`,
    '.SH NAME',
    'crc \\- compile flows into Slurm job scripts that checkpoint themselves',
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name, usage }, i) => [
      ...(i > 0 ? ['.br'] : []),
      `.B crc ${roff(name)}`,
      roff(usage),
    ]),
    '.SH DESCRIPTION',
    roff(program.description()),
    '.SH COMMANDS',
    ...commands.flatMap(({ name, usage, description, options }) => [
      `.SS "crc ${roff(name)} ${roff(usage).replaceAll('"', '\\(dq')}"`,
      roff(description),
      ...options.flatMap(option),
    ]),
    '.SH OPTIONS',
    ...optionsOf(program).flatMap(option),
    '.SH EXIT STATUS',
    ...statuses.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, roff(meaning)]),
    '.SH SEE ALSO',
    '.BR sbatch (1),',
    '.BR dmtcp (1)',
  ].join('\n')}\n`;
}

const option = ({ flags, description, words, byDefault }: OptionSpec) => {
  const choices = words.length > 0 ? [`one of ${words.join(', ')}`] : [];
  const rest = [...choices, ...(byDefault === undefined ? [] : [`default: ${byDefault}`])].join('; ');
  return ['.TP', `.B ${roff(flags)}`, roff(`${description}${rest === '' ? '' : ` (${rest})`}`)];
};

/** Text as it is: a backslash, a hyphen or a first dot would mean something to roff. Lines of its usual width. */
const roff = (text: string) =>
  wrap(text.replaceAll(/\s*\n\s*/g, ' '), 70)
    .map((line) =>
      line
        .replaceAll('\\', '\\e')
        .replaceAll('-', '\\-')
        .replaceAll("'", '\\(aq')
        .replaceAll('`', '\\(ga')
        .replace(/^\./, '\\&.'),
    )
    .join('\n');
