import type { Finding } from './computation.ts';

type Row = readonly (string | number)[];

/** What came of it, by release and program, and what deaths go with. */
export function tables(all: readonly Finding[]): string {
  const groupOf = ({ release, deaf }: Finding) =>
    /PIPE/.test(deaf) ? release : `${release}, its coordinator not deaf to PIPE`;
  const releases = [...new Set(all.map(groupOf))].sort();
  const names = [...new Set(all.map(({ program }) => program))];
  const rows = releases.flatMap((release) =>
    [...names, 'all'].map((program): Row => {
      const seen = all.filter(
        (one) => groupOf(one) === release && (program === 'all' || one.program === program),
      );
      const is = (event: Finding['event']) => seen.filter((one) => one.event === event);
      const rounds = is('rounds').reduce((sum, one) => sum + (one.rounds ?? 0), 0);
      const deaths = is('death');
      return [
        release,
        program,
        is('commit').length,
        is('restored').length,
        `${deaths.length}${list(deaths.map(({ what }) => what ?? ''))}`,
        perHundred(deaths.length, is('commit').length),
        is('stuck').length,
        is('no start').length,
        `${is('wrong').length}${list(is('wrong').map(({ what }) => what ?? ''))}`,
        rounds,
      ];
    }),
  );
  const when = releases.flatMap((release) =>
    [false, true].map((restored): Row => {
      const seen = all.filter((one) => groupOf(one) === release && one.restored === restored);
      const commits = seen.filter(({ event }) => event === 'commit').length;
      const lost = seen.filter(({ event }) => event === 'death');
      const within = (from: number, to: number) =>
        lost.filter(({ since = 0, saving }) => !saving && since >= from && since < to).length;
      return [
        release,
        restored ? 'restored before' : 'never restored',
        commits,
        `${lost.length} (${perHundred(lost.length, commits)})`,
        lost.filter(({ saving }) => saving).length,
        within(0, 1),
        within(1, 3),
        within(3, 10),
        within(10, Number.POSITIVE_INFINITY),
        lost.filter(({ after }) => after === 'restore').length,
        lost.filter(({ again }) => again).length,
      ];
    }),
  );
  return [
    table(
      [
        'release',
        'program',
        'commits',
        'restores',
        'deaths (status)',
        'per 100 commits',
        'never ended',
        'no start',
        'wrong or failed children',
        'rounds',
      ],
      rows,
    ),
    table(
      [
        'release',
        'computation',
        'commits',
        'deaths (per 100 commits)',
        'in a checkpoint',
        '< 1 s after a commit or restore',
        '1–3 s',
        '3–10 s',
        'later',
        'the last event was a restore',
        'again after a death',
      ],
      when,
    ),
  ].join('\n\n');
}

const perHundred = (count: number, of: number) => (of === 0 ? '–' : ((count * 100) / of).toFixed(1));

/** ` (99: 3, 139: 1)` */
function list(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts.size === 0 ? '' : ` (${[...counts].map(([word, count]) => `${word}: ${count}`).join(', ')})`;
}

function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
