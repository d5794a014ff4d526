/** Writing a set of images: what is in them, and how they reach the disk. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { encodeImage } from './image.mjs';
import { setting } from './options.mjs';
import { describeProcess, outputOf, writtenFiles } from './processes.mjs';
import { pause } from './wire.mjs';

/**
 * Writes an image of each stopped process of `agent`, children first; `peers` is the number of processes of the
 * whole computation. Each gets its final name by a rename, one after the other: the set is not atomic. Returns paths.
 */
export async function writeSet(agent, peers) {
  nameProcesses(agent);
  const images = imagesOf(agent, peers);
  const bytes = Number(setting('DMTCP_STANDIN_BYTES', '65536'));
  const open = images.map(({ path, header }) => {
    const data = encodeImage(header, bytes);
    return { path, data, fd: openSync(`${path}.temp`, 'w', 0o600) };
  });
  try {
    for (const { fd, data } of open) writeSync(fd, data.subarray(0, data.length / 2));
    await pause(Number(setting('DMTCP_STANDIN_SECONDS', setting('STANDIN_SECONDS', '0.3'))));
    if (/^(full|stuck)/.test(setting('DMTCP_STANDIN_DISK', '')))
      throw new Error('ENOSPC: no space left on device, write');
    for (const { fd, data } of open) writeSync(fd, data.subarray(data.length / 2));
  } finally {
    for (const { fd } of open) closeSync(fd);
  }
  for (const { path } of open) renameSync(`${path}.temp`, path);
  return open.map(({ path }) => path);
}

/**
 * Names the processes that have none yet. The name of an image stays the same for the life of a process, also across
 * restarts: so a process that a restart started again takes the name of the one with the same command line.
 */
function nameProcesses(agent) {
  agent.names ??= new Map();
  for (const pid of agent.stopped.filter((each) => !agent.names.has(each))) {
    const { name, command } = describeProcess(pid);
    const root = pid === agent.root;
    const before = agent.ids.findIndex((each) =>
      root ? each.root : !each.root && same(each.command, command),
    );
    const [known] = before < 0 ? [] : agent.ids.splice(before, 1);
    agent.names.set(pid, known ?? { id: newId(agent), name, command, root });
  }
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function newId(agent) {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 4);
  agent.count = (agent.count ?? 39) + 1;
  return `${host}-${agent.count}000-${process.hrtime.bigint().toString(16)}`;
}

/** What goes into each image. All of them tell the same of the computation; only the root's is needed for that. */
function imagesOf(agent, peers) {
  const memory = read(agent.memory);
  const [, offset, owner] = memory.trim().split(' ').map(Number);
  const files = new Map(agent.stopped.flatMap((pid) => [...writtenFiles(pid)]));
  // Of the help that the stand-in needs, and not there at a restart: the program may be just writing it.
  files.delete(`${agent.memory}.tmp`);
  // A line may be out that the program had no time to remember: it will be printed again, so it is cut off.
  const output = agent.stopped.includes(owner) ? outputOf(owner) : undefined;
  if (output && files.has(output)) files.set(output, offset);
  const leafFirst = agent.stopped.filter((pid) => pid !== agent.root).reverse();
  const order = agent.stopped.includes(agent.root) ? [...leafFirst, agent.root] : leafFirst;
  agent.tree ??= agent.names.get(agent.root)?.id;
  const side = sideFolder(agent, agent.names.get(order[0]));
  return order.map((pid) => {
    const process = agent.names.get(pid);
    const { folder } = describeProcess(pid);
    const header = {
      ...process,
      folder,
      computation: agent.computation,
      tree: agent.tree,
      peers,
      side,
      memory,
    };
    const path = join(agent.folder, `ckpt_${process.name}_${process.id}.dmtcp`);
    return { path, header: { ...header, program: agent.program, files: [...files] } };
  });
}

/** The folder that accompanies one image. The image refers to it by its absolute path, wherever the image is later. */
function sideFolder(agent, { name, id }) {
  const side = join(agent.folder, `ckpt_${name}_${id}_files`);
  mkdirSync(side, { recursive: true });
  writeFileSync(join(side, 'fd-info.txt'), `${agent.area}\n`);
  return side;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the program has not counted yet, or does not keep its state there
  }
}
