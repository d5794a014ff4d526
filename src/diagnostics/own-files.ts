import { defineDiagnostics, error, warning } from './define.ts';
import { quote } from './words.ts';

/** CRF601 to CRF619: with `engine = own`, keys that name the same files, and contradict each other. */
export const ownFiles = defineDiagnostics(601, 619, {
  state: error<{ key: string; pattern: string; state: string }>()(
    'CRF601',
    'A pattern that includes the state of the runs',
    {
      title: ({ key, pattern, state }) =>
        `${quote(pattern)} in \`${key}\` includes the folder in which runs keep their state, ${quote(state)}`,
      notes: ({ key }) => [
        {
          clear: 'the job would remove the state of all runs before each start, with their checkpoints',
          grows: "the job would cut files of the run's state when it restores a generation",
        }[key] ?? 'each checkpoint would contain all those before it',
      ],
      help: () => [
        'name the files of the program alone, for instance by a pattern with their ending',
        'or keep the state elsewhere: `state = "$SCRATCH/crflow"`',
      ],
    },
  ),
  removed: error<{ key: string; pattern: string; other: string; name: string }>()(
    'CRF602',
    'Files that are removed before each start',
    {
      title: ({ key, pattern, other, name }) =>
        other === 'output'
          ? `the job removes ${quote(pattern)} (\`${key}\`) before each start, which includes the output of the program`
          : `the job removes ${quote(pattern)} (\`${key}\`) before each start, which includes ${quote(name)} of \`${other}\``,
      notes: ({ other }) => [
        other === 'files'
          ? 'the files of the checkpoint are put back just before that, so the program would begin anew'
          : 'a file that is only appended to would be shorter than at the checkpoint, which then does not fit it',
      ],
      help: ({ key }) => [
        key === 'ask_file'
          ? '`ask_file` only asks the program to save, and is no file of the checkpoint: `ask_file = "STOP"`, for instance'
          : 'leave it out of `clear`, which is for files that tell a program to stop',
      ],
    },
  ),
  early: error<{ pattern: string; why: 'output' | 'ask_file' | 'files' | 'grows'; name: string }>()(
    'CRF603',
    'Signs that all work is done which are there before that',
    {
      title: ({ pattern, why, name }) =>
        ({
          output: `${quote(pattern)} in \`done_files\` matches the output of the program, which is there from its start`,
          ask_file: `${quote(pattern)} in \`done_files\` matches \`ask_file\`, which the job writes to ask the program to save`,
          files: `${quote(pattern)} in \`done_files\` matches ${quote(name)} of \`files\`, which the program writes at each save`,
          grows: `${quote(pattern)} in \`done_files\` matches ${quote(name)} of \`grows\`, which the program writes from its start`,
        })[why],
      notes: () => ['so the run would count as done whenever the program ends, with work left'],
      help: () => [
        'name a file that the program writes when all work is done, and not before: `done_files = ["result"]`',
        'or test it by `done_text` or `done_command`',
      ],
    },
  ),
  growing: warning<{ pattern: string; other: string; name: string }>()(
    'CRF604',
    'A growing file in the checkpoint',
    {
      title: ({ pattern, other, name }) =>
        other === 'output'
          ? `${quote(pattern)} in \`files\` includes the output of the program`
          : `${quote(pattern)} of \`files\` and ${quote(name)} of \`grows\` name the same files`,
      notes: () => [
        'a save counts once `files` have not changed for a while, so a file that the program writes to all the time prevents that',
        'each checkpoint would also contain a copy of it, and what is only appended to needs none: it is cut to the length that it had',
      ],
      help: ({ other }) => [
        other === 'output'
          ? 'name only files that the program writes when it saves; the job itself cuts the output'
          : 'name in `files` only what the program writes when it saves, and leave what it appends to in `grows`',
      ],
    },
  ),
  request: warning<{ pattern: string; file: string; continues: boolean }>()(
    'CRF605',
    'A request that looks like a save',
    {
      title: ({ pattern, file }) => `${quote(pattern)} of \`files\` includes \`ask_file\`, ${quote(file)}`,
      notes: ({ continues }) => [
        continues
          ? 'the job writes that file itself, and would take it for the answer of the program'
          : 'the job writes that file itself, and would take it for a new save of a program that has saved nothing',
      ],
      help: () => ['name in `files` only what the program writes when it saves'],
    },
  ),
  shared: warning<{ asks: string | undefined }>()('CRF606', 'An array whose tasks save in the same files', {
    title: () => 'all tasks of the array work in one folder, and save in the same `files`',
    notes: ({ asks }) => [
      'each task is a separate run: the first one has these files, and the job stops the others (70)',
      ...(asks === undefined ? [] : [`\`ask_file\` would ask all of them: ${quote(asks)} is one file`]),
    ],
    help: () => [
      'give each task a folder, which has to be there: `workdir = "task-$SLURM_ARRAY_TASK_ID"` in `application`',
    ],
  }),
});
