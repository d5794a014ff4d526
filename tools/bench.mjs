// npm run bench: what compiling costs, as ratios of what was measured in this run. Not a test: nothing fails here.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = 15;
const folder = mkdtempSync(join(tmpdir(), 'crflow-bench-'));
const flow = (name) => `crflow 1

workflow ${name} {
  application { run = "./primes 1000000000"   memory = 200MiB }
  environment { load = ["dmtcp/4.1.1"] }
  checkpoint  { interval = 10min   lead = 2min }
  schedule    { time = 2h   total = 1d }
}
`;

/** Without what makes each start of Node slower, so that crc's part of the ratios would seem smaller. */
const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...plain } = process.env;

function seconds(args, env = {}) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...plain, ...env },
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
// npm puts its own packages first, whose `shellcheck` downloads another.
const PATH = (process.env.PATH ?? '')
  .split(':')
  .filter((place) => !place.includes('node_modules'))
  .join(':');
const ms = (s) => `${(s * 1000).toFixed(0)} ms`;

try {
  const one = join(folder, 'one.crflow');
  writeFileSync(one, flow('one'));
  const compileOne = ['dist/crc.js', 'compile', '--no-verify', '-o', folder, one];
  const [node, crc] = [[], []];
  for (let i = 0; i < rounds; i++) {
    // In turn, so that a machine that slows down slows down both.
    node.push(seconds(['-e', '0']));
    crc.push(seconds(compileOne));
  }
  const start = median(node);
  console.log(`one flow, without verification: ${ms(median(crc))}; node -e 0: ${ms(start)}`);
  console.log(`  ratio ${(median(crc) / start).toFixed(2)} (aim: at most 1.8), median of ${rounds} pairs`);

  console.log('flows in one call (aim: 1,000 a second):');
  for (const count of [250, 500, 1000]) {
    const files = Array.from({ length: count }, (_, i) => join(folder, `f${i}.crflow`));
    for (const [i, file] of files.entries()) writeFileSync(file, flow(`f${i}`));
    const took = seconds(['dist/crc.js', 'compile', '--no-verify', '-o', folder, ...files]) - start;
    console.log(
      `  ${String(count).padStart(4)}: ${(count / took).toFixed(0)} a second, ${ms(took / count)} each`,
    );
  }

  const whole = [];
  for (let i = 0; i < 3; i++) {
    const begun = process.hrtime.bigint();
    const { status } = spawnSync('shellcheck', ['--norc', join(folder, 'f0.sbatch')], {
      env: { ...process.env, PATH },
    });
    if (status !== 0) throw new Error('there is no ShellCheck to compare with, or it finds something');
    whole.push(Number(process.hrtime.bigint() - begun) / 1e9);
  }
  const many = Array.from({ length: 300 }, (_, i) => join(folder, `f${i}.crflow`));
  const cold = { XDG_CACHE_HOME: join(folder, 'cache') };
  const took = seconds(['dist/crc.js', 'compile', '-o', folder, ...many], cold);
  console.log(
    `300 flows, verified, with a cold cache: ${took.toFixed(1)} s; one ShellCheck of a whole script: ${median(whole).toFixed(1)} s`,
  );
  console.log(`  ratio ${(took / median(whole)).toFixed(1)} (aim: at most 12)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
