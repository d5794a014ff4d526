import type { WarningSignal } from '../../model/flow.ts';
import type { BlockSpec } from './spec.ts';

/** The signals that Slurm can send as a warning, and that neither DMTCP nor the kernel keeps for itself. */
export const SIGNALS = ['USR1', 'TERM', 'INT', 'HUP', 'QUIT'] as const satisfies readonly WarningSignal[];
export const checkpoint = {
  required: true,
  doc: 'When and how the application is checkpointed.',
  example: 'checkpoint { interval = 10min lead = 2min }',
  aliases: ['ckpt', 'checkpoints', 'dmtcp', 'restart'],
  keys: {
    strategy: {
      type: 'choice',
      doc: '`automatic` goes on by itself after a time limit; `manual` stops, and is resumed by hand.',
      default: 'automatic',
      example: 'automatic',
      choices: ['automatic', 'manual'],
      aliases: ['mode'],
    },
    interval: {
      type: 'interval',
      required: true,
      doc: 'Time of computing between two checkpoints; `auto`: the best, by what they cost.',
      choices: ['auto'],
      unit: 'seconds',
      example: '10min',
      aliases: ['every', 'period', 'frequency', 'checkpoint_interval'],
    },
    mtbf: {
      type: 'duration',
      doc: 'Mean time between failures of the job, for `interval = auto`.',
      unit: 'seconds',
      default: '1d',
      example: '7d',
      aliases: ['failures', 'mean_time_between_failures', 'failure_rate'],
    },
    lead: {
      type: 'duration',
      required: true,
      doc: 'How long before the time limit Slurm is asked to send the warning signal.',
      unit: 'seconds',
      example: '2min',
      aliases: ['signal_time', 'grace', 'margin', 'before', 'lead_time', 'overhead'],
    },
    signal: {
      type: 'signal',
      doc: 'The warning signal.',
      default: 'USR1',
      example: 'USR1',
      choices: SIGNALS,
      aliases: ['sig'],
    },
    keep: {
      type: 'count',
      doc: 'Sealed generations that are kept.',
      unit: 'generations',
      default: '2',
      example: '2',
      least: 2,
      most: 1000,
      whyLeast:
        'the newest may be damaged by the very fault that makes it needed, so there is always one before it',
      whyMost: 'each costs the space of a checkpoint',
      aliases: ['generations', 'retain', 'keep_last', 'history'],
    },
    state: {
      type: 'path',
      doc: 'Where runs keep their state: storage that all nodes share.',
      default: 'crflow-state in the folder of submission',
      example: '"$SCRATCH/crflow"',
      aliases: ['dir', 'directory', 'ckptdir', 'ckpt_dir', 'path', 'folder', 'state_dir'],
    },
    prove: {
      type: 'choice',
      doc: 'Restore the first checkpoint at once, a minute after the launch, to see that it can be.',
      default: 'yes',
      example: 'yes',
      choices: ['yes', 'no'],
      called: { yes: ['true', 'on'], no: ['false', 'off'] },
      aliases: ['proof', 'test', 'verify', 'selftest'],
    },
    protect: {
      type: 'patterns',
      doc: 'Files of `workdir`, by patterns, that are kept with each generation and put back with it.',
      default: 'none',
      example: '["out/*.h5"]',
      aliases: ['files', 'backup', 'copy', 'save'],
    },
    strict: {
      type: 'choice',
      doc: 'Stop (79) rather than restore where a file has changed that a restore would leave as it is.',
      default: 'no',
      example: 'yes',
      choices: ['yes', 'no'],
      called: { yes: ['true', 'on'], no: ['false', 'off'] },
    },
  },
} as const satisfies BlockSpec;
