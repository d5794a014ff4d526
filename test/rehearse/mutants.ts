import type { PromiseNumber } from '../../src/rehearse/faults/catalogue.ts';

/** A runtime that breaks a promise: what is replaced in the script, and the faults of the rehearsal that has to see it. */
export interface Mutant {
  readonly promise: PromiseNumber;
  readonly name: string;
  readonly faults: readonly string[];
  readonly replace: readonly (readonly [from: string, to: string])[];
  /** Is it run with every test? */
  readonly quick?: true;
}

export const mutants: readonly Mutant[] = [
  {
    promise: 1,
    name: 'records 0, whatever the program ended with',
    faults: ['program-fails'],
    replace: [['  status=$?\n  # If it died', '  status=0\n  # If it died']],
    quick: true,
  },
  {
    promise: 1,
    name: 'ends with 0, whatever was recorded',
    faults: ['program-fails'],
    replace: [['  exit "$1"\n}', '  exit 0\n}']],
  },
  {
    promise: 1,
    name: 'ends with 0 at the end of its total, unfinished',
    faults: ['small-budget'],
    replace: [['budget) leave 72 ', 'budget) leave 0 ']],
  },
  {
    promise: 2,
    name: 'restores the generation before the newest',
    faults: ['kill'],
    replace: [
      [
        'for ((generation = $(newest_generation); generation > 0; generation--)); do\n    [[ -d',
        'for ((generation = $(newest_generation), generation -= generation > 1; generation > 0; generation--)); do\n    [[ -d',
      ],
    ],
  },
  {
    promise: 2,
    name: 'begins anew instead of restoring',
    faults: ['kill'],
    replace: [['  if ! ever_sealed; then\n    launch', '  if true; then\n    launch']],
  },
  {
    promise: 2,
    name: 'saves nothing at the time limit',
    faults: ['time-limit'],
    replace: [
      [
        '  if checkpoint end; then\n    wait_until 30 has_gone\n    conclude saved "saved in generation $generation"',
        '  if false; then\n    wait_until 30 has_gone\n    conclude saved "saved in generation $generation"',
      ],
    ],
  },
  {
    promise: 3,
    name: 'verifies nothing',
    faults: ['damage'],
    replace: [['is_whole() { [[ -s $1/seal &&', 'is_whole() { [[ -s $1/seal ||']],
    quick: true,
  },
  {
    promise: 3,
    name: 'seals sizes without checksums',
    faults: [],
    replace: [['! -name seal -exec cksum {} +', "! -name seal -printf '0 %s %p\\n'"]],
  },
  {
    promise: 3,
    name: 'passes over a damaged generation without a word',
    faults: ['truncate'],
    replace: [['    journal passed_over generation# "$generation"\n', '']],
  },
  {
    promise: 4,
    name: 'counts its attempts anew',
    faults: ['kill'],
    replace: [
      ['  attempt=$(newest_number "$run/attempts")\n  until mkdir ', '  attempt=0\n  until mkdir -p '],
    ],
  },
  {
    promise: 4,
    name: 'goes on without the lease',
    faults: ['node-loss'],
    replace: [
      ['read -r holder _ 2>/dev/null <"$run/lease" || return 0\n  [[ $holder == "$attempt" ]]', 'return 0'],
    ],
  },
  {
    promise: 4,
    // Each of the two is enough to keep the promise: so both have to go wrong.
    name: 'neither ends what an older attempt has left on the node, nor looks at the lease',
    faults: ['node-loss'],
    replace: [
      ['  end_all inner_halves\n  end_all processes_of_run\n', ''],
      ['read -r holder _ 2>/dev/null <"$run/lease" || return 0\n  [[ $holder == "$attempt" ]]', 'return 0'],
    ],
  },
  {
    promise: 5,
    name: 'forgets the time of earlier attempts',
    faults: ['kill'],
    replace: [['spent_before=$(spent_so_far)', 'spent_before=0']],
    quick: true,
  },
  {
    promise: 5,
    name: 'knows no total',
    faults: ['small-budget'],
    replace: [['elif ((spent >= CRFLOW_TOTAL)); then', 'elif false; then']],
  },
  {
    promise: 5,
    name: 'counts a tenth of the time',
    faults: ['kill'],
    replace: [
      ['$((now - started)) 1<>"$attempt_dir/seconds"', '$(((now - started) / 10)) 1<>"$attempt_dir/seconds"'],
    ],
  },
  {
    promise: 6,
    name: 'goes on for ever',
    faults: ['no-checkpoint'],
    replace: [['((idle < CRFLOW_PATIENCE)) || leave 73', ': || leave 73']],
  },
  {
    promise: 6,
    name: 'takes every attempt for one that was cut short',
    faults: ['no-checkpoint'],
    replace: [['&& ((seconds >= REPLY)); then idle=', '&& false; then idle=']],
  },
  {
    promise: 6,
    name: 'takes every attempt for progress',
    faults: ['no-checkpoint'],
    replace: [['since=$(newest_fact attempt) resumed=', 'since=$((attempt - 1)) resumed=']],
  },
  {
    promise: 7,
    // Its generations are removed by then, and without them nothing can run: so both have to go wrong.
    name: 'runs a finished program again',
    faults: ['requeue@end'],
    replace: [
      [
        '  if status_is_recorded; then\n    outcome=\'done\'\n    leave "$recorded_status" "the application had',
        '  if false; then\n    outcome=\'done\'\n    leave "$recorded_status" "the application had',
      ],
      ['if [[ $outcome == \'done\' ]]; then put_away "$1"; fi', ':'],
    ],
    quick: true,
  },
  {
    promise: 7,
    name: 'tidies the status away',
    faults: ['requeue@end'],
    replace: [['then put_away "$1"; fi', 'then put_away "$1"; rm -f "$run/status"; fi']],
  },
  {
    promise: 7,
    name: 'ends with another status the second time',
    faults: ['requeue@end'],
    replace: [['leave "$recorded_status" "the application had', 'leave 70 "the application had']],
  },
  {
    promise: 8,
    name: 'does not look for space',
    faults: ['disk-full'],
    replace: [['  ((free * 5 >= size * 6)) && return\n', '  return 0\n']],
  },
  {
    promise: 8,
    name: 'keeps all generations',
    faults: ['disk-full'],
    replace: [['((left > keep)) || break', 'break']],
  },
  {
    promise: 8,
    name: 'keeps none',
    faults: ['disk-full'],
    replace: [['((left > keep)) || break', '((left > 0)) || break']],
  },
  {
    promise: 9,
    name: 'says nothing of a seal',
    faults: [],
    replace: [['  journal sealed generation# "$generation" bytes# "$bytes" seconds# "$1"\n', '']],
    quick: true,
  },
  {
    promise: 9,
    name: 'writes numbers as texts',
    faults: [],
    replace: [['\\"attempt\\":$attempt,', '\\"attempt\\":\\"$attempt\\",']],
  },
  {
    promise: 9,
    name: 'says nothing of its end',
    faults: [],
    replace: [['  journal left status# "$1" whose "$whose" why "$2"\n', '']],
  },
  {
    promise: 10,
    name: 'cuts values at a line end',
    faults: [],
    replace: [
      [
        'if [[ $entry == ?*=* ]]; then entries+=("$entry"); fi',
        'if [[ $entry == ?*=* ]]; then entries+=("${entry%%$\'\\n\'*}"); fi',
      ],
    ],
  },
  {
    promise: 10,
    name: 'splits values at blanks',
    faults: [],
    replace: [
      [
        'exec env -i -- ${entries[@]+"${entries[@]}"} ${session',
        'exec env -i -- ${entries[@]+${entries[@]}} ${session',
      ],
    ],
  },
  {
    promise: 10,
    name: 'works in another folder',
    faults: [],
    replace: [['  cd "$workdir" || exit\n  printf', '  cd "${workdir%/*}" || exit\n  printf']],
  },
];

/** The script with the mutant in it. Throws if the runtime no longer has the text: then the mutant needs a look. */
export function mutate(script: string, { name, replace }: Mutant): string {
  return replace.reduce((text, [from, to]) => {
    if (text.split(from).length < 2)
      throw new Error(`${name}: the runtime no longer has ${JSON.stringify(from)}`);
    return text.replaceAll(from, () => to);
  }, script);
}
