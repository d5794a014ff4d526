/**
 * dmtcp_coordinator. It knows agents by their connections, and their processes by looking. An agent that was killed
 * leaves its processes behind, as a killed process of DMTCP leaves the others: they stay peers until they end.
 */
import { fstatSync, mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  checkpointFolder,
  common,
  ignoredSignals,
  parse,
  portOf,
  setting,
  temporaryFolder,
} from './options.mjs';
import { members, signal } from './processes.mjs';
import { writeRestartScript } from './script.mjs';
import { receive, send } from './wire.mjs';

/** Runs dmtcp_coordinator. */
export async function coordinate(words) {
  const { options } = parse(words, {
    ...common,
    '--exit-on-last': ['exitOnLast', false],
    '--port-file': ['portFile', true],
    '--stale-timeout': ['stale', true],
    '--timeout': ['timeout', true],
  });
  // The real one polls its input, and a file cannot be polled.
  if (fstatSync(0).isFile()) process.exit(99);
  for (const name of ignoredSignals()) process.on(name, () => {});
  // It has a log of its own among the computation's files, and open.
  const folder = temporaryFolder(options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  openSync(join(folder, `dmtcp_coordinator.${process.pid}.log`), 'a');
  new Coordinator(options).listen(portOf(options));
}

class Coordinator {
  #agents = [];
  #computation = null;
  #checkpoint = null;
  #expected = null;
  #killAfter = false;
  #peers = new Set();
  #count = 0;

  constructor(options) {
    this.options = options;
    this.folder = checkpointFolder(options);
  }

  listen(wanted) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      receive(socket, (message) => this.#hear(socket, message));
    });
    server.listen(wanted, '127.0.0.1', () => {
      this.port = server.address().port;
      this.#publish();
      this.#note(`starting... Port: ${this.port} Exit on last client: ${this.options.exitOnLast ? 1 : 0}`);
    });
    server.on('error', (error) => {
      this.#note(`cannot listen: ${error.message}`);
      process.exit(99);
    });
    // Where every agent is there, the end of its connection tells; only what an agent left behind has to be looked for.
    setInterval(() => this.#agents.every(({ socket }) => socket) || this.#look(), 100);
    if (this.options.timeout) setTimeout(() => this.#quit(1), this.options.timeout * 1000);
  }

  /** Writes the port file: not atomic, without a newline, and where that fails, nothing but a warning. */
  #publish() {
    if (!this.options.portFile) return;
    try {
      writeFileSync(this.options.portFile, String(this.port), { mode: 0o600 });
    } catch (error) {
      this.#note(`Warning: Failed to open port file. ${error.message}`);
    }
  }

  #hear(socket, message) {
    // Lines of text, for bin/dmtcp_command is a shell script.
    if (message.type === 'command') return socket.end(`${this.#obey(message.letter).join('\n')}\n`);
    if (message.type === 'hello') return this.#welcome(socket, message);
    const agent = this.#agents.find((each) => each.socket === socket);
    if (!agent) return undefined;
    if (message.type === 'ready') agent.ready = true;
    if (message.type === 'state') Object.assign(agent, { state: message.state, peers: message.peers });
    if (message.type === 'written') Object.assign(agent, { state: 'CHECKPOINTED', files: message.files });
    return this.#advance();
  }

  // ---- agents -------------------------------------------------------------------------------------------------

  #welcome(socket, hello) {
    if (this.#agents.length === 0) this.#reset();
    const refused = this.#refusal(hello);
    if (refused) {
      this.#note(refused);
      return send(socket, { type: 'answer', refused }).then(() => socket.end());
    }
    this.#computation ??= hello.computation ?? `${process.pid.toString(16)}-40000-${Date.now().toString(16)}`;
    if (hello.kind === 'restart') this.#expected ??= hello.expected;
    const agent = {
      socket,
      ...hello,
      number: ++this.#count,
      state: hello.kind === 'restart' ? 'RESTARTING' : 'UNKNOWN',
    };
    this.#agents.push(agent);
    this.#note(`worker connected; ${hello.name} ${hello.pid}`);
    socket.on('close', () => {
      agent.socket = null;
      this.#look();
    });
    return send(socket, { type: 'answer', computation: this.#computation });
  }

  #refusal(hello) {
    const states = this.#agents.map((agent) => agent.state);
    if (hello.kind === 'launch' && states.some((state) => state !== 'RUNNING' && state !== 'UNKNOWN')) {
      return 'Current computation not in RUNNING state. Refusing to accept new connections.';
    }
    if (hello.kind === 'launch' || states.length === 0) return undefined;
    if (states.some((state) => state !== 'RESTARTING')) return 'Computation not in RESTARTING state.';
    return hello.computation === this.#computation
      ? undefined
      : 'This process has a different computation group.';
  }

  #reset() {
    this.#note('Resetting computation');
    this.#computation = null;
    this.#expected = null;
    this.#checkpoint = null;
    this.#killAfter = false;
  }

  /** Looks which processes came and went, forgets agents without any, and ends after the last. */
  #look() {
    const found = members(this.#agents.map((agent) => agent.area));
    for (const pid of found.filter((each) => !this.#peers.has(each))) this.#note(`worker connected; ${pid}`);
    for (const pid of [...this.#peers].filter((each) => !found.includes(each)))
      this.#note(`client disconnected; ${pid}`);
    this.#peers = new Set(found);
    const before = this.#agents.length;
    this.#agents = this.#agents.filter((agent) => agent.socket || members([agent.area]).length > 0);
    if (this.#agents.length < before) this.#advance();
    if (before > 0 && this.#agents.length === 0 && this.options.exitOnLast && !this.#checkpoint?.written) {
      this.#note('last client exited, shutting down..');
      this.#quit();
    }
  }

  // ---- checkpoint and restart ---------------------------------------------------------------------------------

  /** Takes a checkpoint or a restart one step on, if all agents are so far. */
  #advance() {
    const all = (state) => this.#agents.length > 0 && this.#agents.every((agent) => agent.state === state);
    if (all('RESTARTING') && this.#agents.every((agent) => agent.ready)) this.#release();
    const checkpoint = this.#checkpoint;
    if (!checkpoint || checkpoint.written) return;
    if (this.#agents.length === 0) this.#checkpoint = null;
    if (all('SUSPENDED') && !checkpoint.writing) {
      checkpoint.writing = true;
      const peers = this.#agents.reduce((sum, agent) => sum + agent.peers, 0);
      this.#tell({ type: 'write', peers, exit: checkpoint.exit });
    }
    if (all('CHECKPOINTED')) {
      checkpoint.written = true;
      this.#note('Checkpoint complete; all workers running'); // so it says, before it is true
      const files = this.#agents.flatMap((agent) => agent.files);
      setTimeout(() => this.#commit(files), 40);
    }
  }

  #release() {
    const given = this.#agents.reduce((sum, agent) => sum + agent.given, 0);
    if (given === this.#expected) {
      for (const agent of this.#agents) agent.state = 'RESTORING';
      this.#tell({ type: 'go' });
    } else this.#note(`Waiting for all restarting processes to connect. (${this.#expected}) (${given})`);
  }

  #commit(files) {
    const path = writeRestartScript(this.folder, this.#computation, files, this.port);
    this.#note(`Checkpoint complete. Wrote restart script; (restartScriptPath = ${path})`);
    for (const agent of this.#agents) agent.state = 'RUNNING';
    this.#checkpoint = null;
    this.#killAfter = false;
    this.#tell({ type: 'resume' });
    if (this.#agents.length === 0 && this.options.exitOnLast) this.#quit();
  }

  /** Starts a checkpoint where all run; else refuses, and queues nothing. */
  #start() {
    const ready =
      this.#agents.length > 0 && this.#agents.every((agent) => agent.socket && agent.state === 'RUNNING');
    if (!ready || this.#checkpoint) return ['refused'];
    this.#checkpoint = { exit: this.#killAfter };
    this.#note('starting checkpoint; incrementing generation; suspending all nodes');
    for (const agent of this.#agents) agent.state = 'SUSPENDING';
    // As where a process was just being born: it is turned away, and the rest waits for it.
    if (setting('DMTCP_STANDIN_REJECT', '')) {
      this.#note('state is not RUNNING or UNKNOWN; rejecting new connection');
      return ['ok'];
    }
    this.#tell({ type: 'suspend' });
    return ['ok'];
  }

  // ---- commands -----------------------------------------------------------------------------------------------

  /** The reply to one letter of dmtcp_command: whether it was refused, and what to say. */
  #obey(letter) {
    this.#look();
    if (letter === 'c') return this.#start();
    if (letter === 'K') {
      this.#killAfter = true; // also where it is refused: outside a checkpoint, the next -c will kill
      return this.#start();
    }
    if (letter === 'k') this.#kill();
    if (letter === 'q') setImmediate(() => this.#quit());
    if (letter === 's') return ['ok', ...this.#status()];
    if (letter === 'l') return ['ok', ...this.#list()];
    if (letter === 'b') this.#note('unhandled user command; (cmd = b)');
    return ['ok'];
  }

  #status() {
    const running = this.#running() ? 'yes' : 'no';
    const interval = '  CKPT_INTERVAL=0 (checkpoint manually)';
    return ['Status...', `  NUM_PEERS=${this.#peers.size}`, `  RUNNING=${running}`, interval];
  }

  #running() {
    return this.#peers.size > 0 && this.#agents.every((agent) => agent.state === 'RUNNING');
  }

  #list() {
    const line = ({ number, name, pid, state }) =>
      `${number}, ${name}[${pid}]@localhost, WorkerState::${state}`;
    return ['Client List:', '#, PROG[PID]@HOST, STATE', ...this.#agents.map(line)];
  }

  #kill() {
    this.#note('Killing all connected peers...');
    this.#tell({ type: 'kill' });
    const left = this.#agents.filter((agent) => !agent.socket).map((agent) => agent.area);
    for (const pid of members(left)) signal(pid, 'SIGKILL');
  }

  #quit(status = 0) {
    this.#kill();
    this.#note('DMTCP coordinator exiting... (per request)');
    try {
      if (this.options.portFile) unlinkSync(this.options.portFile);
    } catch {
      // was never written, or is gone already
    }
    setTimeout(() => process.exit(status), 20);
  }

  #tell(message) {
    for (const { socket } of this.#agents) if (socket) send(socket, message);
  }

  /** Says something; -q does not silence it, with the real one neither. */
  #note(text) {
    process.stdout.write(`[${new Date().toISOString()}, ${process.pid}, Note] ${text}\n`);
  }
}
