import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import ask from './ask.sh';
import command from './command.sh';
import srun from './srun.sh';

/** The commands that a scheduler puts into its folder. */
const COMMANDS = ['sbatch', 'scontrol', 'squeue', 'scancel', 'sinfo', 'sacct'];

/** What commands and srun say: somebody asks, or something happened to a step (`end`, or a signal for it). */
export interface Listener {
  ask(pid: number, box: string): void;
  step(what: string, mark: string): void;
}

/** Writes the commands, and listens to what they say. */
export class Post {
  readonly bin: string;
  readonly #answers: string;
  readonly #socket: Socket;

  constructor(folder: string, listener: Listener) {
    this.bin = join(folder, 'bin');
    this.#answers = join(folder, 'answers');
    for (const made of [this.bin, this.#answers]) mkdirSync(made, { mode: 0o700 });
    const shell = existsSync('/bin/bash') ? '/bin/bash -p' : '/usr/bin/env bash';
    const quotedFolder = `'${folder.replaceAll("'", `'\\''`)}'`;
    const head = `#!${shell}\nfolder=${quotedFolder} scheduler=${process.pid}\n${ask}`;
    for (const name of [...COMMANDS, 'srun']) {
      writeFileSync(join(this.bin, name), `${head}${name === 'srun' ? srun : command}`);
      chmodSync(join(this.bin, name), 0o755);
    }
    const questions = join(folder, 'questions');
    const { status, stderr, error } = spawnSync('mkfifo', ['-m', '600', questions], { encoding: 'utf8' });
    if (error !== undefined) throw new Error('cannot run mkfifo, which a rehearsal needs on the PATH');
    if (status !== 0) throw new Error(`cannot make ${questions}: ${stderr.trim()}`);
    // Read and write: it never ends, whoever comes and goes.
    const fd = openSync(questions, constants.O_RDWR | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd, readable: true, writable: false });
    let begun = '';
    this.#socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) {
        const [first = '', second = ''] = line.split(' ');
        if (/^\d+$/.test(first)) listener.ask(Number(first), second);
        else listener.step(first, second);
      }
    });
  }

  /** Hands an answer over. `step`: lines of bash for srun. Whoever has gone meanwhile does not get it. */
  answer(box: string, status: string, files: Readonly<Record<'out' | 'err' | 'step', string>>): void {
    const path = join(this.#answers, box);
    try {
      for (const [name, text] of Object.entries(files))
        if (text !== '') writeFileSync(`${path}.${name}`, text, { mode: 0o600 });
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(fd, `${status}\n`);
      closeSync(fd);
    } catch {
      // Killed by its timeout, for example.
    }
    setTimeout(() => {
      for (const end of ['', '.out', '.err', '.step']) rmSync(`${path}${end}`, { force: true });
    }, 60_000).unref();
  }

  close(): void {
    this.#socket.destroy();
  }
}
