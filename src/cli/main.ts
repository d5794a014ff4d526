import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { visibleLines } from '../diagnostics/words.ts';
import { RUNTIMES } from '../model/container.ts';
import type { Targets } from '../model/targets.ts';
import { parseDuration } from '../time/duration.ts';

const statuses =
  'Exit status: 0 fine, 1 findings (or drift, with --check), 2 wrong usage, 3 a tool or crc itself failed.';

/** What stands under a command's options: how it is typed, and what its end means. */
const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}\n${statuses}`;

/** Reports to the person at the other end whatever got past everything else: never a bare stack trace. */
function internalError(error: unknown): never {
  process.stderr.write(
    `crc failed, and it is its own fault: ${visibleLines(String(error instanceof Error ? error.message : error))}\n` +
      'Please report this with the .crflow file. Nothing that was on disk has been changed.\n' +
      (process.env['CRFLOW_DEBUG'] && error instanceof Error ? `${error.stack}\n` : ''),
  );
  process.exit(3);
}

const format = () =>
  new Option('--format <format>', 'how findings are shown').choices(['pretty', 'json']).default('pretty');
const strict = () => new Option('--strict', 'treat warnings as errors').default(false);

const set = () =>
  new Option('--set <name=value>', 'give a parameter its value; can be repeated')
    .argParser((text: string, before: ReadonlyMap<string, string>) => {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new InvalidArgumentError('write it as --set name=value.');
      if (before.has(name)) throw new InvalidArgumentError(`${name} is set twice.`);
      return new Map([...before, [name, value]]);
    })
    .default(new Map(), 'none');

const site = () =>
  new Option('--site <site>', "a site's name, or the path of its profile, in place of what the flow says");
const check = () => new Option('--check', 'compare with what is there, write nothing; 1 if anything differs');
const emit = () =>
  new Option('--emit <what>', 'print that instead, for other programs; write nothing')
    .choices(['plan'])
    .conflicts(['stdout', 'output', 'check']);

/** Reads the arguments of this process, and does what they say. `targets` are asked for once a command needs them. */
export function commandLine(targets: () => Promise<Targets>): void {
  const program = new Command('crc')
    .description(
      'Compiles .crflow files into Slurm job scripts that checkpoint, requeue and restart themselves.',
    )
    .version(project.version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(visibleLines(text)) })
    .showSuggestionAfterError()
    .addHelpText('after', `\n${statuses}`);

  const lockOptions = new Set<string>();

  program
    .command('compile')
    // The two are one option to commander: without a word, the last would count.
    .on('option:lock', () => lockOptions.add('--lock'))
    .on('option:no-lock', () => lockOptions.add('--no-lock'))
    .summary('compile, verify, and write NAME.sbatch and NAME.crc.json')
    .description(
      'Compiles flows into job scripts, has bash and ShellCheck read them, and writes NAME.sbatch and NAME.crc.json (what made it) beside each source; for a flow with an image also NAME.Dockerfile and NAME.image.sh, which builds it. With any error, nothing is written.',
    )
    .argument(
      '[file...]',
      '.crflow files; - is standard input; with --check and none: all that was compiled below here',
    )
    .option('-o, --output <folder>', 'write here instead of beside the source')
    .addOption(new Option('--stdout', 'print the scripts, write nothing').conflicts(['output', 'check']))
    .addOption(emit())
    .addOption(check())
    .addOption(
      new Option(
        '--lock',
        'pin images to what their names mean now: the digests go into NAME.crc.json, and stay until the next --lock',
      ).conflicts('check'),
    )
    .option('--no-lock', 'pin none')
    .addOption(
      new Option('--verify <how>', 'have ShellCheck read what all scripts share once, or each script whole')
        .choices(['parts', 'whole'])
        .default('parts'),
    )
    .option('--no-verify', 'leave out bash -n and ShellCheck')
    .option(
      '--shellcheck <path>',
      'the ShellCheck to use (else SHELLCHECK_BIN, PATH, or a download by npm shellcheck)',
    )
    .option('--no-cache', 'have ShellCheck read again what it has read before')
    .addOption(set())
    .addOption(site())
    .addOption(strict())
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'crc compile water.crflow                  writes water.sbatch and water.crc.json',
        'crc compile -o jobs --set n=5 *.crflow    into a folder, with a parameter set',
        'crc compile --stdout - < water.crflow     a filter',
        'crc compile --emit plan water.crflow      what will happen, as JSON',
        'crc compile --lock water.crflow           its image is what it is today, from now on',
        'crc compile --check                       for CI: is everything below here as it would be compiled?',
      ),
    )
    .action(async (files, options, command) => {
      if (lockOptions.size > 1)
        command.error("error: option '--lock' cannot be used with option '--no-lock'");
      if (options.check) {
        const { checkDrift } = await import('./drift.ts');
        process.exitCode = await checkDrift(files, { ...options, targets: await targets() });
        return;
      }
      if (files.length === 0) command.error("error: missing required argument 'file'");
      const { compileAndWrite } = await import('./compile.ts');
      process.exitCode = await compileAndWrite(files, { ...options, targets: await targets() });
    });

  program
    .command('check')
    .summary('report what is wrong with flows, write nothing')
    .description('Reports all that can be found wrong in flows, and writes nothing.')
    .argument('<file...>', '.crflow files; - is standard input')
    .addOption(set())
    .addOption(site())
    .addOption(strict())
    .addOption(format())
    .addHelpText(
      'after',
      examples(
        'crc check water.crflow',
        'crc check --strict --format json flows/*.crflow    for CI and editors',
        'crc check - < water.crflow',
      ),
    )
    .action(async (files, options) => {
      const { checkFiles } = await import('./compile.ts');
      process.exitCode = await checkFiles(files, { ...options, targets: await targets() });
    });

  program
    .command('verify')
    .summary('say whether the runtime in job scripts is as crc wrote it')
    .description(
      'Compares the second part of job scripts, which they share, with what this crc would write: to the last byte. What belongs to the flow, above it, is for you to read. Writes nothing.',
    )
    .argument('<script...>', 'job scripts; - is standard input')
    .addOption(format())
    .addHelpText('after', examples('crc verify water.sbatch', 'crc verify jobs/*.sbatch'))
    .action(async (files, options) => {
      const { verifyScripts } = await import('./genuine.ts');
      process.exitCode = await verifyScripts(files, { ...options, targets: await targets() });
    });

  program
    .command('plan')
    .summary('say what will happen: attempts, checkpoints, overhead, disk, waiting')
    .description(
      'Says what will happen to a run, before it is submitted: attempts, checkpoints, what they cost, disk, the delays of the queue, and the best interval. What is not known is estimated, and named. Writes nothing.',
    )
    .argument('<flow>', 'a .crflow file; - is standard input')
    .addOption(
      new Option(
        '--work <duration>',
        'how long the program takes if nothing disturbs it, as 90min or 3d; without it: what fits into total',
      ).argParser((text) => {
        const read = parseDuration(text);
        if (read.ok && read.seconds > 0) return read.seconds;
        throw new InvalidArgumentError('write it with its unit, as 90min, 12h, 3d or 12:30:00.');
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
      process.exitCode = await planFlow(flow, { ...options, targets: await targets() });
    });

  program
    .command('doctor')
    .summary('learn about this cluster; check it for what flows need')
    .description(
      'On a login node: learns from Slurm what a site profile says, and what it could not learn. With flows: checks this machine for what they need.',
    )
    .argument('[flow...]', '.crflow files')
    .option('--write <file>', 'write the profile, for `site "./FILE"`')
    .addOption(
      new Option('--limit <seconds>', 'for each command that is asked').default(20).argParser((text) => {
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
        'crc doctor --write mine.json    what this cluster is like',
        'crc doctor water.crflow         is this machine fit for this flow?',
      ),
    )
    .action(async (files, options) => {
      const { doctor } = await import('./doctor.ts');
      process.exitCode = await doctor(files, { ...options, targets: await targets() });
    });

  program
    .command('init')
    .summary('write a flow to begin with')
    .description(
      'Writes NAME.crflow: a flow with comments that compiles as it stands, for a program on the host or in a container. Asks nothing, and leaves a file alone that is there.',
    )
    .argument('[name]', 'of the workflow and the file', 'job')
    .option('--dir <folder>', 'write it there', '.')
    .addOption(new Option('--runtime <runtime>', 'in a container of that').choices(RUNTIMES))
    .addOption(format())
    .addHelpText(
      'after',
      examples('crc init water', 'crc init water --dir flows', 'crc init water --runtime apptainer'),
    )
    .action(async (name, options) => {
      const { init } = await import('./init.ts');
      process.exitCode = await init(name, { ...options, targets: await targets() });
    });

  // A pipe that is closed early (crc … | head) is no fault of anybody's.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EPIPE' ? process.exit(0) : internalError(error),
  );
  program.parseAsync().catch((error: unknown) => {
    // Commander has said what was wrong with the command line; help and version are no errors.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else internalError(error);
  });
}
