/**
 * The variables that bash's manual calls its own ("Shell Variables" of 5.3 and of all versions back to 4.0). If a flow sets
 * one of them, the value does not reach the program unchanged: bash replaces it, or evaluates it (RANDOM and others are
 * assigned by arithmetic, in which `a[$(command)]` runs a command).
 */
const SET_BY_BASH = `
  _ BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_EXECUTION_STRING BASH_LINENO
  BASH_LOADABLES_PATH BASH_MONOSECONDS BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_TRAPSIG BASH_VERSINFO BASH_VERSION COMP_CWORD
  COMP_KEY COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID
  FUNCNAME GROUPS HISTCMD HOSTNAME HOSTTYPE LINENO MACHTYPE MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PIPESTATUS PPID PWD RANDOM
  READLINE_ARGUMENT READLINE_LINE READLINE_MARK READLINE_POINT REPLY SECONDS SHELLOPTS SHLVL SRANDOM UID`;

/** Variables that change how bash itself works, and so the meaning of every line of `run`. */
const READ_BY_BASH = `
  BASH_COMPAT BASH_ENV BASH_XTRACEFD CDPATH CHILD_MAX EMACS ENV EXECIGNORE FCEDIT FIGNORE FUNCNEST GLOBIGNORE GLOBSORT HISTCONTROL
  HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOSTFILE IFS IGNOREEOF INPUTRC INSIDE_EMACS MAIL MAILCHECK MAILPATH
  POSIXLY_CORRECT PROMPT_COMMAND PROMPT_DIRTRIM PS0 PS1 PS2 PS3 PS4 TIMEFORMAT TMOUT auto_resume histchars`;

/** Those that bash reads as every program does (POSIX, "Environment Variables"): a flow may give them to its program. */
const READ_BY_ALL =
  'COLUMNS HOME LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME LINES LOGNAME PATH SHELL TERM TMPDIR TZ';

const namesIn = (text: string) => text.trim().split(/\s+/);

/** What bash does with a variable of that name: `sets` it, `reads` it to decide how to behave, or reads it as `every` program does. */
const SHELL_VARIABLES: ReadonlyMap<string, 'sets' | 'reads' | 'every'> = new Map([
  ...namesIn(SET_BY_BASH).map((name) => [name, 'sets'] as const),
  ...namesIn(READ_BY_BASH).map((name) => [name, 'reads'] as const),
  ...namesIn(READ_BY_ALL).map((name) => [name, 'every'] as const),
]);

/** All variables that bash uses, including those that every program reads: no `param` or `let` can have such a name. */
export const shellVariables: readonly string[] = [...SHELL_VARIABLES.keys()];

/** Why a flow cannot set a variable of that name for its program: bash `sets` it, or `reads` it. Undefined if it can. */
export function bashUseOf(name: string): 'sets' | 'reads' | undefined {
  const what = SHELL_VARIABLES.get(name);
  return what === 'every' ? undefined : what;
}

/** Variables whose value differs at the job's next start, or a moment later: no path can depend on them. */
const CHANGING = new Set(
  namesIn(
    `_ BASHPID BASH_ARGV0 BASH_COMMAND BASH_LINENO BASH_MONOSECONDS BASH_SOURCE BASH_SUBSHELL BASH_TRAPSIG EPOCHREALTIME
     EPOCHSECONDS FUNCNAME HISTCMD LINENO OLDPWD OPTARG OPTIND PIPESTATUS PPID RANDOM REPLY SECONDS SHLVL SRANDOM`,
  ),
);

/** Is it a bash variable that changes each time it is read? */
export const changesEachTime = (name: string): boolean => CHANGING.has(name);
