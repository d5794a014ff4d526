import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { visibleLines } from '../diagnostics/words.ts';
import { print } from '../host/print.ts';
import { RUNTIMES } from '../model/container.ts';
import type { Targets } from '../model/targets.ts';
import { FAULTS } from '../rehearse/faults/catalogue.ts';
import { momentNames } from '../rehearse/faults/moments.ts';
import { type Fault, parseFault } from '../rehearse/faults/parse.ts';
import { parseDuration } from '../time/duration.ts';
import { checkFiles, compileAndWrite } from './compile.ts';
import { FORMATS, type Format } from './format-names.ts';
import { namedInput } from './input.ts';
import { internalError } from './internal-error.ts';

const statuses =
  'Exit status: 0 fine, 1 findings (or drift, with --check), 2 wrong usage, 3 a tool or crc itself failed.';

const exampleLines = (lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** The text after a command's options: examples, and what the exit status means. */
const examples = (...lines: readonly string[]) => `${exampleLines(lines)}\n${statuses}`;

const reportStatuses =
  'Exit status: 0 fine, 2 a run could not be read or wrong usage, 3 a file could not be written or crc itself failed.';

const format = () =>
  new Option('--format <format>', 'how to show findings').choices(['pretty', 'json']).default('pretty');
const watching = () =>
  new Option(
    '--watch',
    'compile again whenever a flow, a file that it includes or its site profile changes',
  ).conflicts(['check', 'stale', 'stdout', 'emit', 'lock']);

/** Commands that check flows also show findings as CI services and code scanning read them. */
const formats = () =>
  new Option(
    '--format <format>',
    'how to show findings: for people, as JSON or SARIF 2.1.0, as annotations of GitHub Actions, or as JUnit for GitLab',
  )
    .choices(FORMATS)
    .default('pretty' as Format);
const stdinFilename = () =>
  new Option(
    '--stdin-filename <path>',
    'the file whose text comes from standard input, for editors: its name, and what it includes',
  ).conflicts('fix');
const strict = () => new Option('--strict', 'treat warnings as errors').default(false);

const set = () =>
  new Option('--set <name=value>', 'set a parameter; can be repeated')
    .argParser((text: string, before: ReadonlyMap<string, string>) => {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new InvalidArgumentError('write it as --set name=value.');
      if (before.has(name)) throw new InvalidArgumentError(`${name} is set twice.`);
      return new Map([...before, [name, value]]);
    })
    .default(new Map(), 'none');

const site = () =>
  new Option('--site <site>', 'the name of a site, or the path of its profile; overrides the flow');
const check = () =>
  new Option('--check', 'compare with the existing files, write nothing; exit status 1 if anything differs');
const stale = () =>
  new Option(
    '--stale',
    'compile only the flows whose outputs are not up to date, with the settings in NAME.crc.json',
  ).conflicts(['check', 'stdout', 'emit', 'lock']);
const emit = () =>
  new Option('--emit <what>', 'print this for other programs instead; write nothing')
    .choices(['plan'])
    .conflicts(['stdout', 'output', 'check']);

/** Reads the arguments of this process and runs the command. */
export async function commandLine(targets: Targets): Promise<void> {
  const program = new Command('crc')
    .description(
      'Compiles .crflow files into Slurm job scripts that checkpoint, requeue and restart themselves.',
    )
    .version(project.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print('stdout', text),
      writeErr: (text) => print('stderr', text),
      outputError: (text, write) => write(visibleLines(text)),
    })
    .showSuggestionAfterError()
    .addHelpText('after', `\n${statuses}`);

  const lockOptions = new Set<string>();

  program
    .command('compile')
    // Commander treats the two as one option: without this, the last would count.
    .on('option:lock', () => lockOptions.add('--lock'))
    .on('option:no-lock', () => lockOptions.add('--no-lock'))
    .summary('compile, verify, and write NAME.sbatch and NAME.crc.json')
    .description(
      'Compiles flows into job scripts, checks them with bash and ShellCheck, and writes NAME.sbatch and NAME.crc.json (how it was made) beside each source; for a flow with an image, also NAME.Dockerfile and NAME.image.sh, which builds it. A flow with an error is not written; the others are.',
    )
    .argument(
      '[file...]',
      '.crflow files; - is standard input; with --check and --stale also folders and outputs, by default this folder',
    )
    .option('-o, --output <folder>', 'write here instead of beside the source')
    .addOption(new Option('--stdout', 'print the scripts, write nothing').conflicts(['output', 'check']))
    .addOption(emit())
    .addOption(check())
    .addOption(stale())
    .addOption(watching())
    .addOption(
      new Option(
        '--lock',
        'pin images to their current digests, which NAME.crc.json keeps until the next --lock',
      ).conflicts('check'),
    )
    .option('--no-lock', 'pin no images')
    .addOption(
      new Option(
        '--verify [how]',
        'have ShellCheck read the scripts, also with --check: what all of them share only once (parts), or each as a whole',
      )
        .choices(['parts', 'whole'])
        .preset('parts')
        .default('parts'),
    )
    .option('--no-verify', 'skip bash -n and ShellCheck')
    .option('--shellcheck <path>', 'the ShellCheck to use (else SHELLCHECK_BIN, or the one on PATH)')
    .option('--no-cache', 'run ShellCheck again on texts that it has read before')
    .addOption(set())
    .addOption(site())
    .addOption(strict())
    .addOption(formats())
    .addOption(stdinFilename())
    .addHelpText(
      'after',
      examples(
        'crc compile water.crflow                  writes water.sbatch and water.crc.json',
        'crc compile -o jobs --set n=5 *.crflow    into a folder, with a parameter set',
        'crc compile --stdout - < water.crflow     as a filter',
        'crc compile --emit plan water.crflow      the plan of the run, as JSON',
        'crc compile --lock water.crflow           pins its image to what it is today',
        'crc compile --check --verify              for CI: is everything below this folder right and up to date?',
      ),
    )
    .action(async (named, options, command) => {
      if (lockOptions.size > 1)
        command.error("error: option '--lock' cannot be used with option '--no-lock'");
      if ((options.stdout || options.emit) && !['pretty', 'json'].includes(options.format))
        command.error(`error: --format ${options.format} cannot contain what --stdout or --emit prints`);
      const { files, ...texts } = await namedInput(named, options.stdinFilename);
      if (options.check) {
        const { checkDrift } = await import('./drift.ts');
        // Unless it is asked for, only what is quick: the scripts were verified when they were written.
        const verify = command.getOptionValueSource('verify') === 'cli' && options.verify;
        process.exitCode = await checkDrift(files, {
          ...options,
          ...texts,
          verify,
          targets,
        });
        return;
      }
      if (options.stale) {
        const { compileStale } = await import('./drift.ts');
        process.exitCode = await compileStale(files, { ...options, ...texts, targets });
        return;
      }
      if (files.length === 0) command.error("error: missing required argument 'file'");
      if (options.watch) {
        if (named.includes('-')) command.error("error: option '--watch' cannot watch standard input");
        if (options.format !== 'pretty')
          command.error("error: option '--watch' cannot be used with option '--format'");
        const { watch } = await import('./watch.ts');
        await watch(files, { ...options, targets });
      }
      process.exitCode = await compileAndWrite(files, { ...options, ...texts, targets });
    });

  program
    .command('check')
    .summary('report what is wrong with flows, write nothing')
    .description(
      'Reports everything that is wrong with flows. Writes nothing, or with --fix only corrections.',
    )
    .argument('<file...>', '.crflow files; - is standard input')
    .option(
      '--fix',
      'correct what can only be meant in one way, in the files that are named; with -, print the corrected text',
    )
    .addOption(set())
    .addOption(site())
    .addOption(strict())
    .addOption(formats())
    .addOption(stdinFilename())
    .addHelpText(
      'after',
      examples(
        'crc check water.crflow',
        'crc check --strict --format sarif flows/*.crflow   for CI and code scanning',
        'crc check --fix water.crflow                       spelling, quotes, signs, forms',
        'crc check - < water.crflow',
      ),
    )
    .action(async (named, options) => {
      const { files, ...texts } = await namedInput(named, options.stdinFilename);
      process.exitCode = await checkFiles(files, { ...options, ...texts, targets });
    });

  program
    .command('fmt')
    .summary('format flows in the standard style')
    .description(
      'Formats flows in place: indentation, blanks, aligned signs and comments. Keeps comments, and single empty lines between groups; the bash in `run` only moves as a whole. A flow that cannot be parsed is left as it is, with its findings.',
    )
    .argument('<path...>', '.crflow files, or folders: all flows in and below them; - is standard input')
    .option('--check', 'write nothing; exit status 1 if a flow is not formatted')
    .option('--diff', 'the same, and print what would change')
    .addOption(stdinFilename())
    .addOption(formats())
    .addHelpText(
      'after',
      examples(
        'crc fmt water.crflow       formats it in place',
        'crc fmt --check .          for CI: all flows below this folder',
        'crc fmt - < water.crflow   prints it formatted, for editors',
      ),
    )
    .action(async (paths, options) => {
      const { formatFiles } = await import('./fmt.ts');
      process.exitCode = await formatFiles(paths, options);
    });

  program
    .command('verify')
    .summary('say whether the runtime in job scripts is as crc wrote it')
    .description(
      'Compares the runtime, the part that job scripts share, with what this crc would write, byte for byte. The part above it belongs to the flow: read it yourself. Writes nothing.',
    )
    .argument('<script...>', 'job scripts; - is standard input')
    .addOption(format())
    .addHelpText('after', examples('crc verify water.sbatch', 'crc verify jobs/*.sbatch'))
    .action(async (files, options) => {
      const { verifyScripts } = await import('./genuine.ts');
      process.exitCode = await verifyScripts(files, { ...options, targets });
    });

  program
    .command('plan')
    .summary('say what a run will do: attempts, checkpoints, overhead, disk, waiting')
    .description(
      "Says what a run will do, before you submit it: attempts, checkpoints, their cost, disk space, Slurm's delays, and the best interval. Lists what it had to estimate. Writes nothing.",
    )
    .argument('<flow>', 'a .crflow file; - is standard input')
    .addOption(
      new Option(
        '--work <duration>',
        'how long the program takes if nothing interrupts it, such as 90min or 3d; without it, crc says what fits into total',
      ).argParser((text) => {
        const read = parseDuration(text);
        if (read.ok && read.seconds > 0) return read.seconds;
        throw new InvalidArgumentError('write it with its unit, such as 90min, 12h, 3d or 12:30:00.');
      }),
    )
    .addOption(set())
    .addOption(site())
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'crc plan water.crflow                          what fits into its total',
        'crc plan --work 3d --site ./mine.json water.crflow',
      ),
    )
    .action(async (flow, options) => {
      const { planFlow } = await import('./plan.ts');
      process.exitCode = await planFlow(flow, { ...options, targets });
    });

  program
    .command('rehearse')
    .summary('run a flow on this machine, break things, and judge whether it survives')
    .description(
      'Runs the job script of a flow on this machine, on a small scheduler that behaves like Slurm, with its durations scaled down. Things break on purpose: by default the job comes to its time limit, a checkpoint is damaged while the node loses power, and the job is started again after its end. Then it gives a verdict on each promise of a job (docs/rehearse.md). It needs neither Slurm nor DMTCP, touches nothing outside a temporary folder, and removes that; --keep keeps what the runs have written.',
    )
    .argument('<flow>', 'a .crflow file; - is standard input')
    .addOption(
      new Option(
        '--fault <fault>',
        'what to break, and when, such as preempt@40s, kill@checkpoint or disk-full; can be repeated',
      )
        .argParser((text: string, before: readonly Fault[]) => {
          const read = parseFault(text);
          if ('why' in read) throw new InvalidArgumentError(read.why);
          return [...before, read.fault];
        })
        .default([], 'time-limit, damage and requeue@end'),
    )
    .addOption(
      new Option(
        '--seed <number>',
        'draw three faults and their moments; the same number draws the same ones',
      )
        .argParser((text) => {
          if (/^\d{1,9}$/.test(text)) return Number(text);
          throw new InvalidArgumentError('write a whole number, from 0 to 999999999.');
        })
        .conflicts('fault'),
    )
    .addOption(
      new Option('--all', 'put every promise to the test, in several runs side by side')
        .default(false)
        .conflicts(['fault', 'seed']),
    )
    .option('--html <file>', 'also write the runs and the verdicts as a page')
    .option(
      '--keep <folder>',
      'keep the state, the logs and the output of each run there, for crc report; by default nothing is left',
    )
    .option(
      '--real',
      "run the flow's own `run`, in a copy of its folder and with its modules, instead of a stand-in that counts",
      false,
    )
    .addOption(
      new Option('--limit <duration>', 'end the rehearsal after this time, whatever happens')
        .default(180, '3min')
        .argParser((text) => {
          const read = parseDuration(text);
          if (read.ok && read.seconds > 0) return read.seconds;
          throw new InvalidArgumentError(
            read.ok ? 'it must be longer than 0s.' : 'write it with its unit, such as 90s or 5min.',
          );
        }),
    )
    .addOption(set())
    .addOption(site())
    .addOption(format())
    .addHelpText(
      'after',
      `\nFaults:\n${FAULTS.map(({ name, title }) => `  ${name.padEnd(19)} ${title}\n`).join('')}\nMoments: ${momentNames.join(', ')}, or a time such as 40s.\n${exampleLines(
        [
          'crc rehearse water.crflow                               what happens to most runs',
          'crc rehearse --fault preempt@10s water.crflow',
          'crc rehearse --fault node-loss --fault disk-full water.crflow',
          'crc rehearse --all water.crflow                         every promise',
          'crc rehearse --seed 7 water.crflow                      three faults, drawn',
          'crc rehearse --keep kept water.crflow                   then: crc report kept/water',
        ],
      )}
Exit status: 0 no promise broke, 1 one did, or the flow has errors, 2 wrong usage, 3 a tool or crc itself failed, or the rehearsal did not come to its end, or a fault did not come.`,
    )
    .action(async (flow, options) => {
      const { rehearse } = await import('./rehearse.ts');
      process.exitCode = await rehearse(flow, { ...options, targets });
    });

  program
    .command('report')
    .summary('draw the life of runs: attempts, checkpoints, losses, waits')
    .description(
      'Draws the life of a run from its journal: attempts, checkpoints, losses and waits, what the interval cost, and which would have been best. Of several runs: a table, where the time went, and which failed and why. A run is its folder, its journal, or what `bash NAME.sbatch status RUN --json` printed on the cluster; a folder that contains such folders means all of them.',
    )
    .argument('<path...>', 'folders of runs, journals, or outputs of status --json; - is standard input')
    .option('--html <file>', 'write a page instead: one file, which needs no network')
    .addOption(new Option('--svg <file>', 'write the picture of --compare alone to this file'))
    .option('--compare', 'draw the runs above one another, with the same scales')
    .addOption(new Option('--json', 'print all of it for programs').conflicts('csv'))
    .option('--csv', 'print phases, waits and measurements as a table for programs that plot')
    .addHelpText(
      'after',
      `${exampleLines([
        'crc report crflow-state/water/4711.perlmutter',
        'crc report --html water.html crflow-state/water/4711.perlmutter',
        'bash water.sbatch status --json | crc report -      from a cluster without Node, by way of ssh',
        'crc report crflow-state/water                       all runs of a flow',
        'crc report --compare --html three.html A B C',
      ])}\n${reportStatuses}`,
    )
    .action(async (paths, options, command) => {
      if (options.svg !== undefined && !options.compare)
        command.error("error: option '--svg' needs option '--compare'");
      const { reportRuns } = await import('./report-runs.ts');
      process.exitCode = await reportRuns(paths, options);
    });

  program
    .command('doctor')
    .summary('describe this cluster; check it for what flows need')
    .description(
      'On a login node, learns from Slurm what a site profile contains, and says what it could not learn. With flows, checks that this machine has what they need.',
    )
    .argument('[flow...]', '.crflow files')
    .option('--write <file>', 'write the profile, for `site "./FILE"`')
    .option(
      '--ask <folder>',
      'start each program that saves itself in this folder, ask it to save, and say whether it did; it then ends',
    )
    .addOption(
      new Option('--limit <seconds>', 'the time limit for each command that it runs')
        .default(20)
        .argParser((text) => {
          if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
          throw new InvalidArgumentError('write whole seconds, from 1 to 99999.');
        }),
    )
    .addOption(set())
    .addOption(site())
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'crc doctor --write mine.json    describes this cluster',
        'crc doctor water.crflow         does this machine have what this flow needs?',
        'crc doctor --ask try md.crflow  does its program save when it is asked? (in the folder try)',
      ),
    )
    .action(async (files, options) => {
      const { doctor } = await import('./doctor.ts');
      process.exitCode = await doctor(files, { ...options, targets });
    });

  program
    .command('explain')
    .summary('say what a code means, with an example')
    .description(
      'Says what the code of a finding means, with an example and its correction. Without a code, lists all.',
    )
    .argument('[code]', 'a code, such as CRF039')
    .addHelpText('after', examples('crc explain CRF039', 'crc explain'))
    .action(async (code) => {
      const { explain } = await import('./explain.ts');
      process.exitCode = explain(code);
    });

  program
    .command('init')
    .summary('write a flow to start from')
    .description(
      'Writes NAME.crflow: a flow with comments that compiles as it is, for a program on the host or in a container. Asks nothing, and does not overwrite an existing file.',
    )
    .argument('[name]', 'the name of the workflow and the file (else job, or the program of --for)')
    .addOption(
      new Option(
        '--for [program]',
        'for a program that saves itself: a name that crc knows, or the path of a record; without one, lists the names',
      ).conflicts('runtime'),
    )
    .option('--dir <folder>', 'the folder to write to', '.')
    .addOption(new Option('--runtime <runtime>', 'run in a container of this runtime').choices(RUNTIMES))
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'crc init water',
        'crc init water --dir flows',
        'crc init water --runtime apptainer',
        'crc init md --for gromacs',
      ),
    )
    .action(async (name, options) => {
      const { init } = await import('./init.ts');
      process.exitCode = await init(name, { ...options, targets });
    });

  program
    .command('completion')
    .summary('print completions for a shell')
    .description(
      'Prints a script that completes the commands, options and files of crc. For bash: source <(crc completion bash).',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'crc completion bash > ~/.local/share/bash-completion/completions/crc',
        'crc completion zsh > ~/.zsh/_crc     if ~/.zsh is in your fpath',
        'crc completion fish > ~/.config/fish/completions/crc.fish',
      ),
    )
    .action(async (shell) => {
      const { completion } = await import('./completion.ts');
      print('stdout', completion(program, shell));
    });

  // For the build: the manual page that comes with crc.
  program.command('manual', { hidden: true }).action(async () => {
    const { manual } = await import('./manual.ts');
    print('stdout', manual(program, project.version));
  });

  await program.parseAsync().catch((error: unknown) => {
    // Commander has reported the mistake in the command line; help and version are not errors.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else internalError(error);
  });
}
