import { type Answer, type Call, fails } from './commands.ts';
import type { Controller } from './controller.ts';
import { MARK } from './environment.ts';
import { cpusOf } from './place.ts';
import type { JobRecord, StepRecord } from './records.ts';
import { readCommandLine, SRUN } from './words.ts';

/** What srun was asked for. */
export interface StepCall {
  readonly step: Omit<StepRecord, 'id'>;
  /** How many of srun's words come before the program. */
  readonly skip: number;
  readonly options: ReadonlyMap<string, string>;
}

/** Reads a call of srun in a job, or says what is wrong with it. */
export function readStep({ words, env }: Call, job: JobRecord): StepCall | Answer {
  const line = readCommandLine(words, SRUN);
  if (typeof line === 'string') return fails(`srun: ${line}\nTry "srun --help" for more information`, 255);
  const [program] = line.rest;
  if (program === undefined) return fails('srun: fatal: No command given to execute.');
  const { options } = line;
  const number = (option: string, variable: string) => {
    const text = options.get(option) ?? env.get(variable);
    return text === undefined ? undefined : Math.max(1, Number.parseInt(text, 10) || 1);
  };
  const tasks = number('ntasks', 'SLURM_NTASKS') ?? job.spec.tasks ?? 1;
  const cpus = number('cpus-per-task', 'SRUN_CPUS_PER_TASK') ?? 1;
  return {
    step: {
      name: options.get('job-name') ?? program.replace(/.*\//, ''),
      tasks,
      cpus: options.has('overlap') ? 0 : tasks * cpus,
    },
    skip: words.length - line.rest.length,
    options,
  };
}

/** Can the step start: now, later, or never? */
export function stepFits(
  { step }: StepCall,
  job: JobRecord,
  controller: Controller,
): 'now' | 'later' | 'never' {
  const all = cpusOf(job, controller.settings);
  if (step.cpus > all) return 'never';
  const taken = [...job.steps.values()].reduce((sum, { cpus }) => sum + cpus, 0);
  return taken + step.cpus <= all ? 'now' : 'later';
}

const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The lines of bash that tell the command srun what to start. */
export function stepLines(
  { skip, options }: StepCall,
  step: StepRecord,
  job: JobRecord,
  folder: string,
): string {
  const set: Readonly<Record<string, string | number>> = {
    [MARK]: `${folder}/${job.number}.${job.attempt}.${step.id}`,
    SLURM_JOB_ID: job.number,
    SLURM_JOBID: job.number,
    SLURM_STEP_ID: step.id,
    SLURM_STEPID: step.id,
    SLURM_STEP_NODELIST: job.node ?? '',
    SLURM_STEP_NUM_NODES: 1,
    SLURM_STEP_NUM_TASKS: step.tasks,
    SLURM_STEP_TASKS_PER_NODE: step.tasks,
    SLURM_NTASKS: step.tasks,
    SLURM_NPROCS: step.tasks,
    SLURM_TASKS_PER_NODE: step.tasks,
    SLURMD_NODENAME: job.node ?? '',
  };
  const lines = [
    `step=${step.id} number=${job.number} tasks=${step.tasks} skip=${skip} node=${word(job.node ?? '')}`,
    `label=${options.has('label') ? 'yes' : ''} kill_on_bad_exit=${options.has('kill-on-bad-exit') && options.get('kill-on-bad-exit') !== '0' ? 'yes' : ''}`,
    `export ${Object.entries(set)
      .map(([name, value]) => `${name}=${word(String(value))}`)
      .join(' ')}`,
  ];
  const folderOfStep = options.get('chdir');
  if (folderOfStep !== undefined) lines.push(`cd -- ${word(folderOfStep)}`);
  for (const [option, to] of [
    ['output', '>'],
    ['error', '2>'],
    ['input', '<'],
  ] as const) {
    const file = options.get(option);
    if (file !== undefined && file !== 'all')
      lines.push(
        `exec ${to}${word(file === 'none' ? '/dev/null' : file.replaceAll('%j', String(job.number)).replaceAll('%s', String(step.id)))}`,
      );
  }
  return `${lines.join('\n')}\n`;
}
