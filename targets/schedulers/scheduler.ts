import type { ShellText } from '../../src/emit/shell-text.ts';
import type { Plan } from '../../src/model/plan.ts';

/** What of a plan is asked of a scheduler. */
export type Asked = Pick<Plan, 'workflow' | 'resources' | 'continue' | 'queue'> & {
  readonly container: Plan['container'] | undefined;
} & Pick<Plan['checkpoint'], 'signal' | 'lead'> &
  Pick<Plan['attempt'], 'time' | 'timeMin'>;

/** What starts, signals, ends and requeues jobs. docs/schedulers.md says what another one would have to provide. */
export interface Scheduler {
  readonly name: string;
  /** The lines at a script's top that ask for nodes, time and a warning. */
  readonly directives: (asked: Asked) => readonly ShellText[];
  /** Its part of the runtime: all commands of the scheduler that a job uses are in it and the next. */
  readonly bash: string;
  /** The functions for engines that leave ranks to the application. */
  readonly stepsBash: string;
  /** The function for containers. */
  readonly variablesBash: string;
}
