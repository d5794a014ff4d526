import { expect, test } from 'vitest';
import { isQuiet, quietFunctions } from '../sweep/quiet.ts';

const functions = quietFunctions(`read_clock() { printf -v now x; }
now() { read_clock; if is_count; then x=$(now); fi; }
is_count() { [[ $1 ]]; }
keep() { for x; do echo "$(mv a b)"; done; }
twice() { now; keep; }
silent() { { now; } >file; }
`);

test.each([
  'x=1 y=$(date)',
  'entries+=("$entry")',
  '[[ -n $x ]]',
  '((x > 1))',
  'local a b=$1',
  'IFS= read -r word <&8',
  'read -r holder < "$run/lease"',
  'printf -v now "%(%s)T" -1',
  'now a b',
  'read_clock 2> /dev/null',
  'is_count "$x"',
  'return 0',
  'df -Pk "$run"',
])('quiet: %s', (command) => expect(isQuiet(command, functions)).toBe(true));

test.each([
  'rm -f "$x"',
  'printf "%s\\n" "$2" > "$1.tmp"',
  'exec 7<>"$words"',
  'now >> "$file"',
  'keep',
  'twice',
  'silent',
  ': >> "$output"',
  'x=1 mv a b',
  'kill -9 "$pid"',
  'sleep 1',
  'find a -name b -delete',
  '"$@"',
])('not quiet: %s', (command) => expect(isQuiet(command, functions)).toBe(false));
