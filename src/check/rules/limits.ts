import { limits } from '../../diagnostics/limits.ts';
import { OVER_NETWORK } from '../../language/words.ts';
import { RUNTIMES } from '../../model/container.ts';
import { launcherOf } from '../../shell/launchers.ts';
import type { ShellCommand } from '../../shell/read.ts';
import type { Context } from '../context.ts';
import { type Blocks, engineOf, hasContainerForRank, ranksUnderDmtcp } from '../facts.ts';
import type { RunText } from '../run-text.ts';

/** Also starts containers, and none of the runtimes can replace it. */
const OTHER_STARTER = 'enroot';
/** The subcommands that start a container; `podman images` and `apptainer --version` are harmless. */
const STARTS = /^(?:run|exec|shell|start)$/;
/** What ends at once under DMTCP ("This program should not be run under ckpt control", seen with 4.1.1). */
const DMTCP = /^(?:dmtcp_(?:launch|coordinator|restart|checkpoint)|mtcp_restart)$/;
/** Programs that were seen to need `mpi = singleton` (facts of applications), by how their commands are called. */
const MPI_PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^lmp(?:_\w+)?$/, 'LAMMPS'],
  [/^cp2k(?:\.\w+)?$/, 'CP2K'],
];

/** How many ranks a launcher is told to start: `-n 4`, `-np 4`, `-n4`, `--ntasks=4`; undefined if it does not say, or says one. */
function ranksAsked({ args }: ShellCommand): number | undefined {
  const said = / (?:-np?|--np?|--ntasks)[ =]?(\d{1,4})(?= |$)/.exec(
    ` ${args.map(({ text }) => text).join(' ')}`,
  )?.[1];
  const ranks = Number(said ?? 1);
  return ranks > 1 ? ranks : undefined;
}

/** What DMTCP cannot do, if the text shows it; and what has no effect. */
export function limitRules(blocks: Blocks, { report, runtime }: Context, run: RunText | undefined): void {
  const { application, checkpoint, container, schedule } = blocks;
  const runtimes = RUNTIMES.flatMap((name) => runtime(name) ?? []);
  const startedBy = (command: string) => runtimes.find(({ starters }) => starters.commands.includes(command));
  const { mpi } = application?.values ?? {};
  const isDmtcp = engineOf(checkpoint) === 'dmtcp';
  const commands = run?.programs ?? [];
  const first = (names: RegExp) => commands.find(({ name }) => names.test(name));
  const at = (place: ShellCommand) => run?.spanOf(place) ?? { start: 0, end: 0 };
  const launcher = commands.find((one) => launcherOf(one) !== undefined);
  if (launcher !== undefined && isDmtcp)
    report(limits.launcher, at(launcher), {
      command: launcherOf(launcher) ?? launcher.name,
      overNetwork: OVER_NETWORK.test(launcher.name),
      ranks: ranksAsked(launcher) ?? application?.values.tasks?.value ?? 4,
    });
  const dmtcp = first(DMTCP);
  if (dmtcp !== undefined && isDmtcp) report(limits.dmtcpInRun, at(dmtcp), { command: dmtcp.name });
  const starter = commands.find(
    ({ name, args }) =>
      (name === OTHER_STARTER || startedBy(name) !== undefined) &&
      (startedBy(name)?.starters.always ||
        args.some(({ value }) => value !== undefined && STARTS.test(value))),
  );
  const isInside = container !== undefined && !hasContainerForRank(blocks);
  if (starter !== undefined && (isDmtcp || isInside))
    report(limits.ownContainer, at(starter), {
      command: starter.name,
      isInside,
      runtime: startedBy(starter.name)?.name,
    });
  if (
    isDmtcp &&
    mpi === undefined &&
    ranksUnderDmtcp(blocks) === 1 &&
    !application?.given.has('mpi') &&
    launcher === undefined
  ) {
    for (const [names, program] of MPI_PROGRAMS) {
      const found = first(names);
      if (found !== undefined) report(limits.perhapsMpi, at(found), { command: found.name, program });
    }
  }
  const goOn = schedule?.values.continue;
  if (goOn !== undefined && checkpoint?.values.strategy?.value === 'manual')
    report(limits.continueManual, goOn.span, undefined, [
      { span: checkpoint.values.strategy.span, text: 'here' },
    ]);
}
