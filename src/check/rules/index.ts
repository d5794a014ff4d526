import type { Blocks } from '../blocks.ts';
import type { Context } from '../context.ts';
import { attemptRules } from './attempt.ts';
import { checkpointRules } from './checkpoint.ts';
import { containerRules, imageRules } from './container.ts';
import { limitRules } from './limits.ts';
import { shellRules } from './shell.ts';
import { siteFits } from './site.ts';

/** A family of rules: looks at values that were found right each for itself, and silent where one is absent. */
export type RuleFamily = (blocks: Blocks, context: Context) => void;

export const ruleFamilies: readonly RuleFamily[] = [
  attemptRules,
  checkpointRules,
  shellRules,
  limitRules,
  siteFits,
  containerRules,
  imageRules,
];
