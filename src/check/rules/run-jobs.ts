import { run as kinds } from '../../diagnostics/run.ts';
import { notAwaited } from '../../shell/background.ts';
import type { ShellCommand } from '../../shell/read.ts';
import { formatDuration } from '../../time/duration.ts';
import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';
import { limitFindings, type RunText } from '../run-text.ts';

/** Job control that was copied into `run` from another script. */
export function runJobRules(blocks: Blocks, given: Context, run: RunText | undefined): void {
  if (run === undefined) return;
  const { shell, spanOf } = run;
  const report = limitFindings(given.report);
  const context = { ...given, report };
  for (const command of run.programs) {
    jobControl(command, blocks, context, run);
    if (isDetaching(command)) report(kinds.detached, spanOf(command), { command: command.name });
    ownLimit(command, blocks, context, run);
  }
  signals(run, blocks, context);
  const left = notAwaited(shell);
  if (left !== undefined) {
    const text = shell.text.slice(left.start, left.end).replace(/\s*&$/, ' &');
    const isLong = text.length > 40 || text.includes('\n');
    const first = shell.commands.find(({ start, name }) => start >= left.start && name !== '');
    const command = isLong ? `${first?.path ?? ''} … &` : text;
    report(kinds.notAwaited, isLong && first ? spanOf(first) : spanOf(left), { command });
  }
}

const OWN_ID = /\$\{?SLURM_(?:JOB_?ID|ARRAY_JOB_ID)\b/;

function jobControl(
  { name, args, ...place }: ShellCommand,
  { schedule }: Blocks,
  { report }: Context,
  { spanOf }: RunText,
): void {
  const span = spanOf(place);
  const [verb] = args.filter(({ text }) => !text.startsWith('-'));
  const isOwn = args.some(({ text }) => OWN_ID.test(text));
  if (name === 'scontrol' && /^(?:requeue|requeuehold)$/i.test(verb?.value ?? '')) {
    const command = `scontrol ${verb?.value}`;
    if (isOwn)
      report(kinds.ownJob, span, {
        command,
        does: 'would requeue the job itself',
        note: 'the job does this itself, once its last checkpoint is sealed; with this command, Slurm ends it without a checkpoint, and finished work starts again',
        help: 'leave it out: the run continues until the program ends or `total` is used up',
      });
    else
      report(kinds.otherJob, span, {
        command,
        does: 'requeues a job',
        note: 'this job needs no requeue: it continues by itself until the program ends or `total` is used up',
        help: 'leave it out if you mean this job',
      });
  } else if (name === 'scancel' && isOwn) {
    report(kinds.ownJob, span, {
      command: name,
      does: 'would cancel the job itself',
      note: 'a cancelled job stops with 77 and does not continue, whatever the status of the program',
      help: 'end `run` with `exit` and a status',
    });
  } else if (name === 'sbatch') {
    const script = args.find(({ text }) => !text.startsWith('-'));
    const isItself = args.some(({ text }) => /^"?\$\{?(?:0|BASH_SOURCE)\b/.test(text));
    if (isItself)
      report(kinds.ownJob, span, {
        command: `sbatch ${script?.text ?? ''}`,
        does: 'would not submit this job again',
        note: 'here, `$0` is a copy of `run` in the folder of the run, not a job script',
        help: 'leave it out: the job continues by itself until the program ends or `total` is used up',
      });
    else
      report(kinds.otherJob, span, {
        command: name,
        does: 'submits a job',
        note: 'this job continues by itself and needs no other; and each time that the program starts again, another job is submitted',
        help: `for a job that follows this one, run \`sbatch --dependency=afterok:JOB …\` once at the prompt, with the id of this job${schedule?.values.continue?.value === 'resubmit' ? ' (not with `continue = resubmit`, where each attempt is a different job)' : ''}`,
      });
  }
}

function isDetaching({ name, args }: ShellCommand): boolean {
  const has = (pattern: RegExp) => args.some(({ value }) => value !== undefined && pattern.test(value));
  switch (name) {
    case 'screen':
      return has(/^-d$|^-[a-zA-Z]*dm/) && (has(/^-m$/) || has(/^-[a-zA-Z]*dm/));
    case 'tmux':
      return has(/^new(?:-session|-window)?$/) && has(/^-[a-zA-Z]*d/);
    case 'setsid':
      return args[0]?.value === '-f' || args[0]?.value === '--fork';
    case 'systemd-run':
    case 'daemonize':
      return true;
    case 'at':
      return args[0]?.value === 'now';
    default:
      return false;
  }
}

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** A limit of half an attempt or more is there because of the job's. */
function ownLimit(
  { name, args, ...place }: ShellCommand,
  { schedule }: Blocks,
  { report }: Context,
  { spanOf }: RunText,
): void {
  const time = schedule?.values.time?.value;
  if (name !== 'timeout' || time === undefined) return;
  const limit = args.find(
    ({ value }, i) => /^\d/.test(value ?? '') && !/^-[ks]$/.test(args[i - 1]?.value ?? ''),
  );
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(limit?.value ?? '') ?? [];
  const seconds = Number(number) * (SECONDS[unit] ?? 1);
  if (!(seconds * 2 >= time) || limit === undefined) return;
  report(kinds.ownLimit, spanOf({ start: place.start, end: limit.end }), {
    command: `timeout ${limit.value}`,
    time: formatDuration(time),
  });
}

const NUMBERS: Readonly<Record<string, string>> = {
  '1': 'HUP',
  '2': 'INT',
  '3': 'QUIT',
  '10': 'USR1',
  '12': 'USR2',
  '15': 'TERM',
  '0': 'EXIT',
};

/** The name of a signal, as traps and `kill` have it. */
function signalName(word: string): string {
  const name = word.toUpperCase().replace(/^SIG/, '');
  return NUMBERS[name] ?? name;
}

function signals({ programs: commands, spanOf }: RunText, { checkpoint }: Blocks, { report }: Context): void {
  const sent = new Set<string>();
  for (const { name, args, ...place } of commands) {
    const signal = sentBy(
      name,
      args.map(({ value }) => value ?? ''),
    );
    if (signal === undefined) continue;
    sent.add(signal);
    if (signal === 'USR2')
      report(kinds.usr2, spanOf(place), { what: `no process receives what \`${name}\` sends` });
  }
  const traps = commands
    .filter(({ name }) => name === 'trap')
    .flatMap(({ args }) => {
      const [action, ...names] = args.filter(({ value }) => value !== '--');
      if (action === undefined || action.value === '' || action.value?.startsWith('-')) return [];
      return names.map((word) => ({ action: action.text, signal: signalName(word.value ?? ''), word }));
    });
  const warned = checkpoint?.values.signal?.value;
  // A trap for Ctrl-C or for every exit is a clean-up.
  const cleaning = new Set(
    traps
      .filter(({ signal }) => signal !== warned && /^(?:EXIT|INT|HUP)$/.test(signal))
      .map(({ action }) => action),
  );
  for (const { action, signal, word } of traps) {
    if (signal === 'USR2') report(kinds.usr2, spanOf(word), { what: 'this trap never fires' });
    else if (signal === 'USR1' || signal === 'TERM' || signal === warned) {
      // A signal that `run` sends itself does come.
      if (!cleaning.has(action) && !sent.has(signal)) report(kinds.deafTrap, spanOf(word), { signal });
    }
  }
}

/** The signal that a command sends; TERM where it names none. */
function sentBy(name: string, words: readonly string[]): string | undefined {
  if (!/^(?:kill|pkill|killall)$/.test(name)) return undefined;
  for (const [i, word] of words.entries()) {
    const [, long] = /^--signal=(.+)$/.exec(word) ?? [];
    if (long !== undefined) return signalName(long);
    if (/^(?:-s|-n|--signal)$/.test(word)) return signalName(words[i + 1] ?? '');
    if (/^-(?:SIG)?[A-Z]+[12]?$|^-\d+$/.test(word)) return signalName(word.slice(1));
    if (word === '-l' || word === '-L') return undefined;
  }
  return 'TERM';
}
