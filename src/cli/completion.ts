import type { Command } from 'commander';
import { type CommandSpec, commandsOf, type OptionSpec, optionsOf } from './command-spec.ts';

/** The shells that completions are written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the commands, options and files of crc in that shell. */
export function completion(program: Command, shell: Shell): string {
  const commands = commandsOf(program);
  const general = optionsOf(program);
  return { bash, zsh, fish }[shell](commands, general);
}

/** A word for a shell, in single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const allNames = (options: readonly OptionSpec[]) => options.flatMap(({ names }) => names).join(' ');
const short = (text: string) => text.split(/[;(]/)[0]?.trim() ?? '';

function bash(commands: readonly CommandSpec[], general: readonly OptionSpec[]): string {
  const values = ({ words, takes }: OptionSpec) =>
    words.length > 0
      ? `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$word")`
      : takes === 'folder'
        ? 'mapfile -t COMPREPLY < <(compgen -d -- "$word")'
        : takes === 'file'
          ? 'mapfile -t COMPREPLY < <(compgen -f -- "$word")'
          : 'COMPREPLY=()';
  const cases = commands.map(({ name, options, files, words }) => {
    const taking = options.filter(({ takes }) => takes !== 'nothing');
    const lines = taking.map(
      (option) => `        ${option.names.join(' | ')}) ${values(option)} && return ;;`,
    );
    const rest =
      words.length > 0
        ? `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$word")`
        : files
          ? 'mapfile -t COMPREPLY < <(compgen -f -- "$word")'
          : 'COMPREPLY=()';
    return `    ${name})
      case $before in
${lines.map((line) => `${line}\n`).join('')}      esac
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W ${quoted(allNames(options))} -- "$word")
      else
        ${rest}
      fi
      ;;`;
  });
  return `# bash completion for crc; source it, or put it into ~/.local/share/bash-completion/completions/crc
_crc() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W ${quoted(`${commands.map(({ name }) => name).join(' ')} help ${allNames(general)}`)} -- "$word")
    return
  fi
  case \${COMP_WORDS[1]} in
    help) mapfile -t COMPREPLY < <(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$word") ;;
${cases.join('\n')}
  esac
}
complete -o filenames -F _crc crc
`;
}

function zsh(commands: readonly CommandSpec[], general: readonly OptionSpec[]): string {
  const escaped = (text: string) => short(text).replaceAll(/[\\[\]:]/g, '\\$&');
  const action = ({ words, takes }: Pick<OptionSpec, 'words' | 'takes'>) =>
    words.length > 0
      ? `(${words.join(' ')})`
      : takes === 'folder'
        ? '_files -/'
        : takes === 'file'
          ? '_files'
          : ' ';
  const option = (one: OptionSpec) =>
    one.names.map((name) => {
      const value = one.takes === 'nothing' ? '' : `:value:${action(one)}`;
      return quoted(
        `${one.flags.includes('...') || name === '--set' ? '*' : ''}${name}[${escaped(one.description)}]${value}`,
      );
    });
  const indented = (lines: readonly string[]) => lines.map((line) => ` \\\n        ${line}`).join('');
  const cases = commands.map(({ name, options, files, words }) => {
    const rest =
      words.length > 0 ? [quoted(`1:word:(${words.join(' ')})`)] : files ? [quoted('*:file:_files')] : [];
    return `    ${name})
      _arguments${indented([...options.flatMap(option), ...rest])}
      ;;`;
  });
  return `#compdef crc
# zsh completion for crc; put it as _crc into a folder of your fpath
_crc() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}\n`).join('')}    'help:show the help of a command'
  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments${indented(general.flatMap(option))}
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT -= 1))
  case $command in
    help) _describe command commands ;;
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _crc ]]; then
  _crc "$@"
else
  compdef _crc crc
fi
`;
}

function fish(commands: readonly CommandSpec[], general: readonly OptionSpec[]): string {
  const option = (condition: string, { names, description, takes, words }: OptionSpec) => {
    const flags = names.map((name) =>
      name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
    );
    const value =
      takes === 'nothing'
        ? ''
        : words.length > 0
          ? ` -x -a ${quoted(words.join(' '))}`
          : takes === 'folder'
            ? ` -x -a '(__fish_complete_directories)'`
            : takes === 'file'
              ? ' -r'
              : ' -x';
    return `complete -c crc -n ${quoted(condition)} ${flags.join(' ')}${value} -d ${quoted(short(description))}`;
  };
  const lines = commands.flatMap(({ name, summary, options, files, words }) => {
    const here = `__fish_seen_subcommand_from ${name}`;
    return [
      `complete -c crc -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(words.length > 0 ? [`complete -c crc -n ${quoted(here)} -f -a ${quoted(words.join(' '))}`] : []),
      ...(files || words.length > 0 ? [] : [`complete -c crc -n ${quoted(here)} -f`]),
      ...options.map((one) => option(here, one)),
    ];
  });
  return `# fish completion for crc; put it into ~/.config/fish/completions/crc.fish
${general.map((one) => option('__fish_use_subcommand', one)).join('\n')}
complete -c crc -n __fish_use_subcommand -f -a help -d 'show the help of a command'
${lines.join('\n')}
`;
}
