import type { EngineName } from '../../src/language/words.ts';

/**
 * What saves and restores an application. The job decides when, an engine knows how. Its bash has these functions:
 *
 * | function | what it does |
 * | --- | --- |
 * | `open_engine` | sets its variables and checks that all it needs is here, before anything runs |
 * | `engine_numbers` | its settings |
 * | `prepare` | starts what runs beside the application |
 * | `launch`, `bring_back` | start the application from its beginning; from `$generation` |
 * | `computation_lives` | succeeds while anything is left to look after |
 * | `over` | has the application ended, although some of it continues? Called at each message |
 * | `has_ended` | is its status recorded? |
 * | `conclude_end` | decides what that status means |
 * | `checkpoint on\|end` | makes one checkpoint, sealed as a generation; then the application continues or has ended |
 * | `must_end` | is a checkpoint useless unless it ends the application? |
 * | `collect FOLDER` | collects the files of a generation |
 * | `find_first` | sets REPLY to those processes of `born` (by their ids, when each began) from which all processes of the application descend |
 * | `processes_of_run` | lists the processes of all attempts so far on this node |
 * | `last_words` | shows what is known about a failure |
 * | `end_computation` | ends every process of the application, in either half |
 */
export interface Engine {
  readonly name: EngineName;
  /** Does it make generations? */
  readonly saves: boolean;
  /** Does it use the scheduler's functions for steps, because the application starts its ranks itself? */
  readonly usesSteps: boolean;
  /** Its part of the runtime, in the order in which it is read: the functions above, and what they need. */
  readonly bash: (needs: { readonly protect: boolean; readonly mpi: boolean }) => readonly string[];
}
