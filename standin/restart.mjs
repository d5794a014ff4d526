/** dmtcp_restart: takes what it is given, looks at little, and rather waits for ever than say what is wrong. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from './agent.mjs';
import { corrupt, readImage } from './image.mjs';
import { common, fail, parse, setting } from './options.mjs';
import { AREA_FD, killAll, members } from './processes.mjs';
import { pause, send } from './wire.mjs';

/** Runs dmtcp_restart. */
export async function restart(words) {
  const { options, rest } = parse(words, { ...common, '--no-strict-checking': ['lax', false] });
  if (!options.join) fail('the stand-in starts no coordinator: give -j');
  if (rest.length === 0) fail('no images given');
  if (process.getuid() === 0 && !options.lax)
    process.stderr.write('WARNING:  Running dmtcp_restart as root.\n');
  const images = rest.map(open);
  const first = images.find((image) => image.header?.root);
  if (!first) fail('There must be at least one process tree');
  const { computation } = first.header;
  const mine = images.filter(({ header }) => !header || header.computation === computation);
  for (const { path } of images.filter((image) => !mine.includes(image))) {
    process.stderr.write(
      `Connection rejected by the coordinator: ${path} has a different computation group.\n`,
    );
  }
  const roots = mine.filter((image) => image.header?.root).map((image) => image.header);
  if (roots.length === 1) return restartTree(options, mine, roots[0]);
  const before = words.slice(0, words.length - rest.length);
  return restartEach(before, mine, roots);
}

function open(path) {
  try {
    return readImage(path);
  } catch (error) {
    return fail(error.message);
  }
}

/** Several process trees, of tasks that shared a coordinator: one agent each; the status of the first. */
async function restartEach(options, images, roots) {
  const statuses = roots.map(({ tree }) => {
    const paths = images.filter(({ header }) => header && header.tree === tree).map(({ path }) => path);
    const child = spawn(process.execPath, [process.argv[1], 'restart', ...options, ...paths], {
      stdio: 'inherit',
    });
    return new Promise((done) => child.on('exit', (code) => done(code ?? 99)));
  });
  process.exitCode = (await Promise.all(statuses))[0];
}

/** One process tree. */
async function restartTree(options, mine, root) {
  for (const { header } of mine) if (header) refuseOtherFolder(header);
  // A process is torn where its image is, or where the folder is gone that the image refers to. It never gets ready.
  const torn = mine.some((image) => image.torn) || !existsSync(root.side);
  const agent = new RestartAgent({ options, program: root.program, ids: mine.flatMap(nameIn) }, root, mine);
  await agent.join({
    kind: 'restart',
    name: root.name,
    computation: root.computation,
    tree: root.tree,
    expected: root.peers,
    given: mine.length,
  });
  await agent.hold();
  await pause(Number(setting('DMTCP_STANDIN_RESTART_SECONDS', '0.2')));
  if (!torn) await send(agent.socket, { type: 'ready' });
}

function nameIn({ header }) {
  if (!header) return [];
  const { id, name, command, root } = header;
  return [{ id, name, command, root }];
}

/**
 * DMTCP brings a process back in the working folder of dmtcp_restart, whatever its own was; only one strictly below the
 * folder of dmtcp_launch is moved back there. What it then writes lands elsewhere, silently. The wrapper that is run
 * again here would find its folder by itself, which is kinder: so the stand-in refuses what DMTCP would do wrong.
 */
function refuseOtherFolder({ name, folder, program }) {
  if (folder === '') return;
  const here = process.cwd();
  const below = folder.startsWith(program.cwd) && folder[program.cwd.length] === '/';
  const relative = join(here, folder.slice(program.cwd.length));
  const there = !below ? here : existsSync(relative) ? relative : folder;
  if (there !== folder) fail(`DMTCP would bring ${name} back in ${there}, not in its folder ${folder}`);
}

/** An agent whose program was there before. */
class RestartAgent extends Agent {
  constructor(parts, root, images) {
    super(parts);
    this.from = root;
    this.images = images;
    this.tree = root.tree;
    this.count = 39 + 100 * Math.ceil(Math.random() * 1000); // new processes must not take an old one's name
  }

  /** Holds the places of the processes until all are there. They are deaf to TERM, and stay when the agent is killed. */
  async hold() {
    const script = `trap '' TERM; exec ${AREA_FD}<>"$1"; exec -a "[DMTCP:$2]" sleep 1000000`;
    for (const { header } of this.images) {
      spawn('bash', ['-c', script, 'bash', this.area, header?.name ?? 'torn'], { stdio: 'ignore' });
    }
    while (members([this.area]).length < this.images.length) await pause(0.003);
  }

  /** All are there: puts memory and files back as they were, and runs the program. */
  async go() {
    await killAll(this.area);
    const damage = this.images.reduce((sum, image) => sum + image.damage, 0);
    writeFileSync(this.memory, corrupt(this.from.memory, damage));
    for (const [path, size] of this.from.files) cut(path, size);
    await this.start();
  }
}

/** Cuts an open file back to its size at the checkpoint; one that is missing or shorter gets a hole, silently. */
function cut(path, size) {
  try {
    const fd = openSync(path, 'a');
    ftruncateSync(fd, size);
    closeSync(fd);
  } catch (error) {
    fail(`cannot restore ${path}: ${error.message}`);
  }
}
