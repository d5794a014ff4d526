/**
 * The agent: the parent of a program, what DMTCP's checkpoint thread is inside it. It starts the program, stops and
 * writes it when the coordinator asks, ends as the program ended, or as DMTCP would.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  checkpointFolder,
  common,
  fail,
  ignoredSignals,
  lastWords,
  parse,
  portOf,
  setting,
  temporaryFolder,
} from './options.mjs';
import { AREA_FD, areaOf, killAll, signal, stopAll } from './processes.mjs';
import { dial, pause, receive, send } from './wire.mjs';
import { writeSet } from './writer.mjs';

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGCONT'];

export class Agent {
  /** True once the program is meant to end: what happens to it then says nothing. */
  ending = false;
  #work = Promise.resolve();
  #stuck = false;

  /** `program` is what a restart needs of the launch: argv, env, cwd; `ids` the names of images it already has. */
  constructor({ options, program, ids = [] }) {
    this.folder = checkpointFolder(options);
    this.temporary = temporaryFolder(options);
    this.port = portOf(options);
    this.program = program;
    this.ids = ids;
    this.ignored = ignoredSignals();
  }

  /** Joins the coordinator, which answers with the computation's id, or refuses. */
  async join(hello) {
    const stamp = process.hrtime.bigint().toString(16);
    mkdirSync(this.temporary, { recursive: true, mode: 0o700 });
    // As /proc shows it.
    this.area = join(realpathSync(this.temporary), `dmtcpSharedArea.${process.pid.toString(16)}.${stamp}`);
    openSync(this.area, 'a', 0o600); // held until the end: leftovers are found by what they have open there
    this.memory = join(this.temporary, `memory.${process.pid.toString(16)}.${stamp}`);
    this.socket = await dial(this.port);
    if (!this.socket) fail('Connection to coordinator failed. Is it running?');
    const answer = await new Promise((done) => {
      receive(this.socket, (message) => {
        if (message.type === 'answer') done(message);
        else this.#hear(message);
      });
      this.socket.on('close', () => this.#orphaned());
      send(this.socket, { type: 'hello', area: this.area, pid: process.pid, ...hello });
    });
    if (answer.refused) fail(answer.refused);
    this.computation = answer.computation;
  }

  /** Starts the program, and tells the coordinator once it holds the shared area. */
  async start() {
    const { argv, env, cwd } = this.program;
    // Descriptor 832 and ignored signals cannot be handed over by Node: a shell does it, and becomes the program.
    const ignore = this.ignored.length > 0 ? `trap '' ${this.ignored.join(' ')}; ` : '';
    const script = `${ignore}exec ${AREA_FD}<>"$1"; shift; exec -- "$@"`;
    const child = spawn('bash', ['-c', script, 'bash', this.area, ...argv], {
      cwd,
      env: { ...env, DMTCP_STANDIN_MEMORY: this.memory },
      stdio: 'inherit',
    });
    child.on('error', (error) => fail(`cannot start ${argv[0]} in ${cwd}: ${error.message}`));
    child.on('exit', (code, name) => this.#ended(code, name));
    this.root = child.pid;
    for (const name of FORWARDED) {
      process.on(name, () => this.ignored.includes(name) || signal(child.pid, name));
    }
    while (!this.ending && areaOf(child.pid) !== this.area) await pause(0.003);
    send(this.socket, { type: 'state', state: 'RUNNING' });
  }

  #ended(code, name) {
    if (this.ending) return;
    this.ending = true;
    if (name === null) process.exit(code);
    process.removeAllListeners(name);
    process.kill(process.pid, name); // ends as the program did; SIGSEGV and the like may dump no core of us
    setTimeout(() => process.exit(99), 1000);
  }

  /** Takes the coordinator's word; `go` is for a restart. Work is done in order, -k waits for a checkpoint's end. */
  #hear(message) {
    if (message.type === 'kill') this.killed = true; // at once: the connection may close before its turn comes
    this.#work = this.#work.then(() => this.#stuck || this.#act(message));
  }

  async #act(message) {
    if (message.type === 'go') await this.go();
    else if (message.type === 'kill') await this.#leave(0);
    else if (message.type === 'suspend') {
      this.stopped = await stopAll(this.area);
      await send(this.socket, { type: 'state', state: 'SUSPENDED', peers: this.stopped.length });
    } else if (message.type === 'write') await this.#write(message);
    else if (message.type === 'resume') {
      // 0, although the program did not end: its status proves nothing. Behind the commit: the real ones may end a moment before
      // it, but each with 0, and what is killed here would look like children that failed.
      if (this.exits) await this.#leave(0);
      for (const pid of this.stopped) signal(pid, 'SIGCONT');
    }
  }

  async #write({ peers, exit }) {
    if (setting('DMTCP_STANDIN_DRAIN', '')) return this.#drain();
    try {
      const files = await writeSet(this, peers);
      await send(this.socket, { type: 'written', files });
    } catch (error) {
      lastWords(`writing the checkpoint failed: ${error.message}`);
      if (setting('DMTCP_STANDIN_DISK', '').startsWith('stuck')) return this.#sulk();
      await this.#leave(99);
    }
    this.exits = exit;
  }

  /** A connection to somebody outside: his end of it is waited for, for ever. */
  async #drain() {
    const warn = () =>
      process.stderr.write(
        `[stand-in, ${process.pid}, Warning] at stand-in; REASON='JWARNING(false) failed; Message: Still draining socket... perhaps remote host is not running under DMTCP?\n`,
      );
    setInterval(warn, 1000);
  }

  /** The worst that a full disk did: the shell that should write the status is left, stopped, and nothing ends it. */
  async #sulk() {
    this.#stuck = true;
    await killAll(this.area, [this.root]);
  }

  async #leave(status) {
    this.ending = true;
    await killAll(this.area);
    process.exit(status);
  }

  /** The coordinator is gone: so is the application. */
  async #orphaned() {
    if (this.#stuck || (this.ending && !this.killed)) return;
    if (!this.killed) lastWords('lost the coordinator');
    await this.#leave(this.killed ? 0 : 99);
  }
}

/** Runs dmtcp_launch. */
export async function launch(words) {
  const known = { ...common, '--no-gzip': ['gzip', false], '--gzip': ['gzip', false] };
  const { options, rest } = parse(words, known);
  if (!options.join) fail('the stand-in starts no coordinator: give -j');
  if (rest.length === 0) fail('no command given');
  const { DMTCP_STANDIN_IGNORED: _, ...env } = process.env;
  const agent = new Agent({ options, program: { argv: rest, env, cwd: process.cwd() } });
  await agent.join({ kind: 'launch', name: basename(rest[0]) });
  await agent.start();
}
