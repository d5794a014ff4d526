import type { Command, Option } from 'commander';

/** What completions and the manual page are made of: the same definitions as --help. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly options: readonly OptionSpec[];
  /** Does it take files? */
  readonly files: boolean;
  /** The words that its argument can be, if it has a fixed set. */
  readonly words: readonly string[];
}

export interface OptionSpec {
  readonly flags: string;
  /** `-o`, `--output`; the long one last. */
  readonly names: readonly string[];
  readonly description: string;
  /** Does a value follow it? */
  readonly takes: 'nothing' | 'text' | 'file' | 'folder';
  readonly words: readonly string[];
  /** What --help shows of its default. */
  readonly byDefault: string | undefined;
}

/** The commands of a program, without those that help does not list. */
export function commandsOf(program: Command): CommandSpec[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => ({
      name: command.name(),
      summary: command.summary(),
      description: command.description(),
      usage: command.usage(),
      options: optionsOf(command),
      files: command.registeredArguments.some((argument) => /file|path|flow|script/.test(argument.name())),
      words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    }));
}

export const optionsOf = (command: Command): OptionSpec[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: option.flags,
      names: [option.short, option.long].flatMap((one) => one ?? []),
      description: option.description,
      takes: takenBy(option),
      words: option.argChoices ?? [],
      byDefault:
        option.defaultValueDescription ??
        (['string', 'number'].includes(typeof option.defaultValue) && !option.isBoolean()
          ? String(option.defaultValue)
          : undefined),
    }));

function takenBy({ flags, required, optional }: Option): OptionSpec['takes'] {
  if (!required && !optional) return 'nothing';
  const [, value = ''] = /[<[](.*)[>\]]/.exec(flags) ?? [];
  return value === 'folder' ? 'folder' : /file|path|site/.test(value) ? 'file' : 'text';
}
