import { bashOf, fullest } from './runtime.ts';

let own: ReadonlySet<string> | undefined;

/**
 * Is it a shell variable that the job uses itself? A path of the flow that is made of it would get the job's value. The names are
 * taken from the bash that every job carries: those in lower case that it assigns or expands; the rest belong to the system.
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

/** What the template and the settings add to it. */
const FIRST_PAGE = [
  'name= format= keep= expect= warning_signal= continue= state_variables= state_root= work_variables= protect=',
  'saved_files= grown_files= asks= ask_signal= ask_file= ask_text= after_asking= done_files= done_text= done_in= done_command= cleared_files= again=',
  'runtime= image= dmtcp= runtime_options= pass= mount_variables= mounts=',
];
