import { engines } from '../../diagnostics/engines.ts';
import { mana } from '../../diagnostics/mana.ts';
import { programs } from '../../diagnostics/programs.ts';
import { MANA_SETTINGS, MPI_SETTINGS } from '../../language/mpi-settings.ts';
import { type KeySpec, vocabulary } from '../../language/vocabulary/index.ts';
import { MPI_TYPES, MPICH, mpiexecIn, OPEN_MPI, usesContainer } from '../../language/words.ts';
import { launcherOf } from '../../shell/launchers.ts';
import { onlyProgram } from '../../shell/one-program.ts';
import type { ShellCommand } from '../../shell/read.ts';
import { LEAD_BASE } from '../../time/cost.ts';
import { describeDuration } from '../../time/duration.ts';
import { type Context, type Located, spanInside, textOf } from '../context.ts';
import { type Blocks, engineOf, isRanked, ranksUnderDmtcp } from '../facts.ts';
import type { RunText } from '../run-text.ts';
import { isNeverPreempted } from './preemptable.ts';
import { matches } from './programs.ts';

/** To copy the files of a checkpoint and to seal them, in seconds. */
const SEALING = 30;

/** Does each key belong to the engine, and does the engine have the keys that it needs? */
export function engineRules(blocks: Blocks, context: Context, run: RunText | undefined): void {
  const engine = engineOf(blocks.checkpoint);
  const chosen = blocks.checkpoint?.values.engine?.span;
  for (const name of ['application', 'checkpoint'] as const) {
    const keys: Readonly<Record<string, KeySpec>> = vocabulary[name].keys;
    const values: Readonly<Record<string, Located<unknown> | undefined>> = blocks[name]?.values ?? {};
    for (const [key, given] of Object.entries(values)) {
      const only = keys[key]?.engines;
      if (given === undefined || only === undefined || only.includes(engine)) continue;
      if (key === 'nodes' && engine === 'dmtcp') continue; // has a finding with the reason
      const at = given.key ?? given.span;
      const entry = { start: at.start, end: given.span.end };
      context.report(
        engines.otherEngine,
        at,
        { key, engine, engines: only, chosen: chosen !== undefined, entry },
        [...(chosen === undefined ? [] : [{ span: chosen, text: 'the engine is chosen here' }])],
      );
    }
  }
  if (engine === 'own') ownRules(blocks, context);
  mpiRules(blocks, context);
  if (engine === 'mana') manaRules(blocks, context);
  else ranksStart(blocks, context, run);
  if (engine === 'dmtcp') dmtcpRules(blocks, context);
  else if (engine !== 'mana') launchRules(blocks, context, run);
  mpiexecRules(blocks, context);
  rankRules(blocks, context, run);
}

/** `$IN_CONTAINER`: is there a container, and does everything that has to use it? */
function rankRules(blocks: Blocks, { report }: Context, run: RunText | undefined): void {
  const { application, checkpoint, container } = blocks;
  const isDmtcp = engineOf(checkpoint) === 'dmtcp';
  const texts = (['run', 'again'] as const).flatMap((key) => {
    const given = application?.values[key];
    if (given === undefined) return [];
    const text = textOf(given.value);
    const uses = usesContainer(text);
    return [
      { key, given, text, uses, isRank: uses || (isRanked(blocks) && onlyProgram(text) !== undefined) },
    ];
  });
  const user = texts.find(({ uses }) => uses);
  if (isDmtcp || container === undefined) {
    const at = user?.text.search(/\$\{?IN_CONTAINER/) ?? 0;
    const length = '$IN_CONTAINER'.length + (user?.text[at + 1] === '{' ? 2 : 0);
    if (user !== undefined)
      report(engines.noContainer, spanInside(user.given.value, at, at + length), { isDmtcp });
    return;
  }
  const ranked = texts.find(({ isRank }) => isRank);
  const launcher = run?.programs.find(({ name }) => name === 'srun');
  if (run !== undefined && launcher !== undefined && ranked?.key !== 'run')
    report(engines.launcherInside, run.spanOf(launcher), { command: launcher.name });
  for (const { key, given, isRank } of texts)
    if (ranked !== undefined && !isRank && !(key === 'run' && launcher !== undefined))
      report(engines.outsideToo, given.span, { key, other: ranked.key });
}

/** The ways to ask, and the keys that specify each. */
const ASKS = ['ask_signal', 'ask_file', 'ask_command'] as const;

function ownRules({ checkpoint }: Blocks, { report }: Context): void {
  if (checkpoint === undefined || checkpoint.broken) return;
  const { values, given, at } = checkpoint;
  if (!['done_files', 'done_text', 'done_command'].some((key) => given.has(key)))
    report(engines.notDone, at, undefined);
  const asks = ASKS.filter((key) => given.has(key));
  const [first] = asks;
  for (const key of asks.slice(1)) {
    const { span } = values[key] ?? { span: at };
    if (first !== undefined) report(engines.askedTwice, span, { key, first });
  }
  const details = [
    ['ask_text', ['ask_file'], 'the file that asks the program'],
    ['answer', ASKS, 'how the program is asked'],
    ['answer_within', ASKS, 'how the program is asked'],
    ['done_in', ['done_text'], 'the text that shows that all is done'],
  ] as const;
  for (const [key, owners, needs] of details) {
    const value = values[key];
    if (value !== undefined && !owners.some((one) => given.has(one)))
      report(engines.unusedWord, value.span, {
        key,
        needs: `${needs} (${owners.map((one) => `\`${one}\``).join(', ')})`,
      });
  }
  const { answer_within: answer, lead } = values;
  if (answer !== undefined && lead !== undefined && answer.value + SEALING > lead.value)
    report(engines.answerLate, answer.span, {
      answer: describeDuration(answer.value),
      lead: describeDuration(lead.value),
      enough: `${Math.max(LEAD_BASE, answer.value + SEALING)}s`,
    });
}

/** Does `mpi` fit the ranks that there are? */
function mpiRules({ application, checkpoint }: Blocks, { report }: Context): void {
  const { mpi, tasks } = application?.values ?? {};
  if (mpi === undefined) return;
  const isType = MPI_TYPES.some((type) => type === mpi.value);
  if (isType && engineOf(checkpoint) === 'dmtcp') report(engines.mpiOfRanks, mpi.span, { mpi: mpi.value });
  if (mpi.value === 'singleton' && (tasks?.value ?? 1) > 1)
    report(engines.singletons, mpi.span, {
      tasks: tasks?.value ?? 1,
      isDmtcp: engineOf(checkpoint) === 'dmtcp',
    });
}

/** DMTCP saves the processes of one node. */
function dmtcpRules(blocks: Blocks, { report }: Context): void {
  const { nodes } = blocks.application?.values ?? {};
  if (nodes !== undefined && nodes.value > 1)
    report(engines.dmtcpOverNodes, nodes.span, { nodes: nodes.value });
  if (ranksUnderDmtcp(blocks) > 1) settingRules(blocks, report, MPI_SETTINGS);
}

/** Can MPI be restored with the variables of the flow? */
function settingRules(
  { environment }: Blocks,
  report: Context['report'],
  settings: typeof MPI_SETTINGS | typeof MANA_SETTINGS,
): void {
  for (const { name, value } of environment?.set.variables ?? []) {
    const setting = settings.find((one) => one.name === name);
    const why = setting?.asks(value);
    if (setting !== undefined && why !== undefined)
      report(engines.mpiSetting, environment?.set.places.get(name) ?? { start: 0, end: 0 }, {
        ...{ name, value, why, instead: setting.crflow },
      });
  }
}

/** MANA saves what `srun "$CRFLOW_RANK"` starts, on the host. */
function manaRules(blocks: Blocks, { report }: Context): void {
  const { application, checkpoint, container } = blocks;
  const chosen = checkpoint?.values.engine?.span;
  const { mpi } = application?.values ?? {};
  const untried = MPI_TYPES.find((type) => type === mpi?.value && type !== 'pmi2');
  if (chosen !== undefined) report(mana.experimental, chosen, { untried });
  if (container !== undefined) report(mana.inContainer, container.at, undefined);
  settingRules(blocks, report, MANA_SETTINGS);
  const run = application?.values.run;
  if (run === undefined) return;
  const text = textOf(run.value);
  const times = text.match(/\$(?:CRFLOW_RANK\b|\{CRFLOW_RANK\b)/g)?.length ?? 0;
  if (times !== 1 && !(times === 0 && onlyProgram(text) !== undefined))
    report(mana.notStarted, run.span, { times });
}

/** `$CRFLOW_MPIEXEC`: does something set it? */
function mpiexecRules(blocks: Blocks, { report }: Context): void {
  const isDmtcp = engineOf(blocks.checkpoint) === 'dmtcp';
  for (const key of ['run', 'again'] as const) {
    const given = blocks.application?.values[key];
    const found = given && mpiexecIn(textOf(given.value));
    if (given !== undefined && found && ranksUnderDmtcp(blocks) === 1)
      report(engines.noRanks, spanInside(given.value, found.index, found.index + found[0].length), {
        isDmtcp,
      });
  }
}

/** Does anything start the ranks that the flow asks for? */
function ranksStart(
  { application, checkpoint, container }: Blocks,
  { report }: Context,
  run: RunText | undefined,
) {
  const tasks = application?.values.tasks?.value ?? 1;
  const { run: written } = application?.values ?? {};
  if (run === undefined || written === undefined || tasks === 1) return;
  const text = textOf(written.value);
  const isDmtcp = engineOf(checkpoint) === 'dmtcp';
  if (run.programs.some((one) => launcherOf(one) !== undefined) || onlyProgram(text) !== undefined) return;
  if (mpiexecIn(text) !== null) return;
  report(engines.alone, application?.values.tasks?.span ?? written.span, {
    tasks,
    by: isDmtcp ? 'mpiexec' : container === undefined ? 'srun' : 'container',
  });
}

/** What `run` starts, and how. */
function launchRules(blocks: Blocks, context: Context, run: RunText | undefined): void {
  if (run === undefined) return;
  const { application, checkpoint } = blocks;
  const { report } = context;
  const launcher = run.programs.find((one) => launcherOf(one) !== undefined);
  const nodes = application?.values.nodes?.value ?? 1;
  if (
    engineOf(checkpoint) === 'own' &&
    launcher?.name === 'srun' &&
    !(checkpoint?.given.has('program') && checkpoint.values.program === undefined) &&
    !isShielded(launcher)
  ) {
    if (checkpoint?.values.ask_signal?.value !== 'TERM')
      report(engines.unshielded, run.spanOf(launcher), { command: launcher.name });
    else if (blocks.container === undefined && (nodes > 1 || (application?.values.tasks?.value ?? 1) > 1))
      report(programs.uncounted, run.spanOf(launcher), { command: launcher.name });
  }
  if (
    nodes > 1 &&
    launcher !== undefined &&
    /^(?:mpi|orte|prte|prun)/.test(launcher.name) &&
    !isNeverPreempted(blocks, context)
  )
    report(engines.mpirunOverNodes, run.spanOf(launcher), { command: launcher.name });
  const ask = checkpoint?.values.ask_signal;
  const mpi = launcher && whoseSignals(launcher.name, ask?.value);
  // Of those on the first node, the job asks the ranks themselves.
  if (nodes > 1 && ask !== undefined && launcher !== undefined && mpi !== undefined)
    report(programs.launcherSignal, run.spanOf(launcher), {
      command: launcher.name,
      signal: ask.value,
      mpi,
      program: checkpoint?.values.program?.value.record.title,
    });
  if (engineOf(checkpoint) === 'own') mdrunRules(blocks, report, run);
}

/** The MPI whose launcher does not pass this signal on to its ranks. Source: facts/own-checkpoints.md, and mpirun's manual page. */
const whoseSignals = (name: string, signal: string | undefined) =>
  OPEN_MPI.test(name) && signal !== undefined && !/^USR[12]$/.test(signal)
    ? 'Open MPI'
    : MPICH.test(name) && signal === 'USR2'
      ? 'MPICH'
      : undefined;

/** GROMACS, however `run` starts it: directly or with srun. Source: facts/own-checkpoints.md. */
function mdrunRules({ application, checkpoint }: Blocks, report: Context['report'], run: RunText): void {
  const hasAgain = application?.given.has('again') === true;
  for (const command of run.programs) {
    const words = [command.name, ...command.args.map(({ value, text }) => value ?? text)];
    const at = words.findIndex((word, i) => word === 'mdrun' && /(?:^|\/)gmx\w*$/.test(words[i - 1] ?? ''));
    if (at < 0) continue;
    const options = words.slice(at);
    if (!options.includes('-cpi')) {
      if (!hasAgain) report(engines.mdrunFresh, run.spanOf(command), { reads: undefined, saves: undefined });
    } else {
      const other = otherSave(options, checkpoint?.values.files?.value ?? []);
      if (other !== undefined) report(engines.mdrunFresh, run.spanOf(command), other);
    }
    if (options.includes('-nsteps')) report(engines.mdrunSteps, run.spanOf(command), undefined);
  }
}

/** What `mdrun` continues from, if that is not what it saves in, or not among `files`; undefined also where that cannot be seen. */
function otherSave(options: readonly string[], files: readonly string[]) {
  if (options.includes('-multidir')) return undefined;
  const deffnm = fileOf(options, '-deffnm', '') ?? 'state';
  const saves = fileOf(options, '-cpo', '.cpt') ?? `${deffnm}.cpt`;
  const reads = fileOf(options, '-cpi', '.cpt') ?? `${deffnm}.cpt`;
  if (/[^\w./+-]/.test(saves + reads)) return undefined;
  const isSaved = base(reads) === base(saves) || base(reads) === base(saves).replace(/\.cpt$/, '_prev.cpt');
  const isKept =
    files.length === 0 || files.some((one) => /[[{]/.test(one) || matches(base(one), base(reads)));
  return isSaved && isKept ? undefined : { reads, saves: isSaved ? undefined : saves };
}

/** The file that an option of GROMACS names; undefined: it names none. */
function fileOf(options: readonly string[], option: string, suffix: string): string | undefined {
  const value = options[options.indexOf(option) + 1 || options.length];
  if (value === undefined || value.startsWith('-')) return undefined;
  return value.endsWith(suffix) ? value : `${value}${suffix}`;
}

const base = (path: string) => path.replace(/^.*\//, '');

const isShielded = ({ args }: ShellCommand) =>
  args.some(({ text }) => text.includes('CRFLOW_RANK') || usesContainer(text));
