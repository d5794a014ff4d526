import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';
import type { RunText } from '../run-text.ts';
import { attemptRules } from './attempt.ts';
import { checkpointRules } from './checkpoint.ts';
import { containerRules, imageRules } from './container.ts';
import { engineRules } from './engine.ts';
import { gpuRules } from './gpu.ts';
import { inputRules } from './inputs.ts';
import { limitRules } from './limits.ts';
import { ownFileRules } from './own-files.ts';
import { programRules } from './programs.ts';
import { runFolderRules } from './run-folder.ts';
import { runHabitRules } from './run-habits.ts';
import { runJobRules } from './run-jobs.ts';
import { runPipeRules } from './run-pipes.ts';
import { runSyntaxRules } from './run-syntax.ts';
import { shellRules } from './shell.ts';
import { siteRules } from './site.ts';

/**
 * A family of rules: looks at values that are each valid, and says nothing about absent ones. `run`: its
 * text, where there is one.
 */
export type RuleFamily = (blocks: Blocks, context: Context, run: RunText | undefined) => void;

export const ruleFamilies: readonly RuleFamily[] = [
  attemptRules,
  checkpointRules,
  engineRules,
  ownFileRules,
  programRules,
  inputRules,
  shellRules,
  limitRules,
  gpuRules,
  runSyntaxRules,
  runPipeRules,
  runJobRules,
  runHabitRules,
  runFolderRules,
  siteRules,
  containerRules,
  imageRules,
];
