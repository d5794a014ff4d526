// npm run start-up: how long a program takes from its command to its end, by where it is installed: on the host, or in an image of each
// container runtime that is here. The program is Python that imports 150 modules and ends. Writes docs/start-up.svg, and prints a table.
//   CRFLOW_STARTS=20  how often each is started
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import type { RuntimeName } from '../../src/model/container.ts';
import { pictureStyle } from '../../src/page/style.ts';
import { label, line, px, svg } from '../../src/page/svg.ts';
import { containersIn, removeContainers, runtimes } from '../../test/support/containers.ts';

const times = Number(process.env['CRFLOW_STARTS'] ?? 20);
const docs = join(import.meta.dirname, '../../docs');
const program =
  'import asyncio, csv, ctypes, decimal, email.mime.text, http.client, json, logging, multiprocessing, unittest, urllib.request, xml.dom.minidom';

/** The words before those of the program. */
const started: Readonly<Record<RuntimeName, (image: string) => string[]>> = {
  podman: (image) => ['podman', 'run', '--rm', '--network=host', image],
  'podman-hpc': (image) => ['podman-hpc', 'run', '--rm', image],
  charliecloud: (image) => ['ch-run', image, '--'],
  apptainer: (image) => ['apptainer', 'exec', image],
  shifter: (image) => ['shifter', `--image=${image}`],
};

interface Place {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly seconds: number[];
}

test('how long a program takes to start, by where it is installed', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-start-up-')));
  try {
    const libraries = installPython(join(folder, 'root'));
    const places: Place[] = [
      { name: 'host', command: [], env: process.env, seconds: [] },
      ...containersIn(folder, undefined, libraries).map(({ runtime, image, env }) => ({
        name: runtime,
        command: started[runtime](image),
        env: { ...process.env, ...env },
        seconds: [],
      })),
    ];
    // In turns, so that whatever else the machine does hits all of them. The first turn fills the caches.
    for (let turn = 0; turn <= times; turn++)
      for (const place of places) {
        const seconds = once(place);
        if (turn > 0) place.seconds.push(seconds);
      }
    writeFileSync(join(docs, 'start-up.svg'), picture(places));
    const missing = runtimes
      .filter(({ why }) => why !== null)
      .map(({ runtime, why }) => `Not measured: ${runtime} (${why}).`);
    console.log([...tableOf(places), '', ...missing].join('\n'));
  } finally {
    removeContainers(folder);
  }
});

/** The host's Python with its modules, at the same place in the image. Gives the files whose libraries it needs. */
function installPython(root: string): string[] {
  const python = realpathSync('/usr/bin/python3');
  const modules = execFileSync(python, ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
    encoding: 'utf8',
  }).trim();
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyFileSync(python, join(root, 'usr/bin/python3'));
  cpSync(modules, join(root, modules), { recursive: true, verbatimSymlinks: true });
  const shared = execFileSync('find', [join(modules, 'lib-dynload'), '-name', '*.so'], { encoding: 'utf8' });
  return [python, ...shared.trim().split('\n')];
}

/** Seconds of walltime. */
function once({ name, command, env }: Place): number {
  const [first = '', ...rest] = [...command, 'python3', '-c', program];
  const from = process.hrtime.bigint();
  const { status, stderr } = spawnSync(first, rest, { env, encoding: 'utf8', timeout: 120_000 });
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  if (status !== 0) throw new Error(`${name}: status ${status}: ${stderr}`);
  return seconds;
}

const sorted = ({ seconds }: Place) => [...seconds].sort((a, b) => a - b);
const median = (place: Place) => sorted(place)[Math.floor(place.seconds.length / 2)] ?? 0;
const tableOf = (places: readonly Place[]) => [
  '| installed | median | fastest | slowest |',
  '| --- | --- | --- | --- |',
  ...places.map((place) => {
    const all = sorted(place);
    return `| ${place.name} | ${median(place).toFixed(2)} s | ${(all[0] ?? 0).toFixed(2)} s | ${(all.at(-1) ?? 0).toFixed(2)} s |`;
  }),
];

/** A dot for each start, and a line at the median. */
function picture(places: readonly Place[]): string {
  const [width, left, row] = [640, 110, 44];
  const most = Math.max(...places.flatMap(({ seconds }) => seconds));
  const step = most > 4 ? 1 : most > 1.5 ? 0.5 : 0.2;
  const x = (seconds: number) => left + (seconds / (Math.ceil(most / step) * step)) * (width - left - 24);
  const bottom = 10 + places.length * row;
  const parts: string[] = [];
  for (let at = 0; at <= most + step; at += step)
    if (x(at) <= width - 20)
      parts.push(
        line('grid', x(at), 10, x(at), bottom),
        label(`${Math.round(at * 10) / 10} s`, x(at), bottom + 16, 'middle', 'small'),
      );
  for (const [index, place] of places.entries()) {
    const y = 10 + index * row + row / 2;
    parts.push(label(place.name, left - 12, y + 4, 'end'));
    for (const one of place.seconds)
      parts.push(`<circle class="work" fill-opacity="0.5" cx="${px(x(one))}" cy="${px(y)}" r="4"/>`);
    parts.push(line('spike', x(median(place)), y - 14, x(median(place)), y + 14));
    parts.push(label(`${median(place).toFixed(2)} s`, x(median(place)), y - 16, 'middle', 'small'));
  }
  const legend = bottom + 40;
  parts.push(
    `<circle class="work" fill-opacity="0.5" cx="${left + 4}" cy="${legend - 4}" r="4"/>`,
    label('a start', left + 14, legend),
    line('spike', left + 84, legend - 11, left + 84, legend + 3),
    label('median', left + 92, legend),
  );
  const drawn = {
    width,
    height: legend + 12,
    title: 'Start-up time by where a program is installed',
    description: places
      .map((place) => `${place.name}: ${median(place).toFixed(2)} s in the median of ${times} starts.`)
      .join(' '),
    body: parts.join('\n'),
  };
  return `${svg(drawn, 'start-up', pictureStyle)}\n`;
}
