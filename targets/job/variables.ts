import { bashOf, fullest } from './runtime.ts';

let own: ReadonlySet<string> | undefined;

/**
 * Does the job itself use this shell variable? A path of the flow that contains it would get the job's value. The names are
 * taken from the bash that every job contains: those in lower case that it assigns or expands; the rest belong to the system.
 */
export function isJobVariable(name: string): boolean {
  own ??= new Set(
    [...FIRST_PAGE, ...everyJob()].flatMap((text) =>
      [...text.matchAll(/\$\{?[#!]?([a-z_]\w*)|(?<![\w=,"-])([a-z_]\w*)\+?=/g)].map(
        ([, read, set]) => read ?? set ?? '',
      ),
    ),
  );
  return own.has(name);
}

const everyJob = () => fullest().map(bashOf);

/** Variables that the template and the settings add. */
const FIRST_PAGE = [
  'name= format= keep= expect= warning_signal= after_limit= state_variables= state_root= work_variables= protect=',
  'saved_files= grown_files= asks= ask_signal= ask_file= ask_text= after_asking= stop_status= number_of_ranks= done_files= done_text= done_in= done_command= cleared_files= again=',
  'runtime= image= dmtcp= runtime_options= pass= mount_variables= mounts=',
];
