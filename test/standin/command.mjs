/** dmtcp_command: the statuses and sentences of 4.1.1, which are not what one would expect. */
import { common, parse, portOf } from './options.mjs';
import { dial, receive, send } from './wire.mjs';

const REQUESTS = {
  s: ['-s', '--status'],
  l: ['-l', '--list'],
  c: ['-c', '--checkpoint'],
  b: ['-bc', '--bcheckpoint'],
  K: ['-kc', '--kcheckpoint'],
  k: ['-k', '--kill'],
  q: ['-q', '--quit'],
};

/** Runs dmtcp_command. */
export async function command(words) {
  const asks = Object.entries(REQUESTS).flatMap(([letter, names]) => names.map((name) => [name, letter]));
  const known = Object.fromEntries(asks.map(([name, letter]) => [name, [letter, false]]));
  const { '-p': p, '--port': port, '--coord-port': coordPort, '-h': h, '--coord-host': host } = common;
  const { options } = parse(words, {
    '-p': p,
    '--port': port,
    '--coord-port': coordPort,
    '-h': h,
    '--coord-host': host,
    ...known,
  });
  const letter = Object.keys(REQUESTS).find((key) => options[key]);
  if (!letter) {
    process.stderr.write('Usage:  dmtcp_command [OPTIONS] COMMAND [COMMAND...]\n');
    process.exit(1);
  }
  // The real one sends a prefix of its own before the 'c' of -bc and -kc. The coordinator does not know the first (so
  // -bc blocks for nothing) and takes the second for the whole command (so the 'c' after it is refused: status 2).
  const letters = letter === 'b' || letter === 'K' ? [letter, 'c'] : [letter];
  let reply;
  for (const each of letters) reply = await ask(portOf(options), each);
  process.exitCode = report(letter, reply, portOf(options));
}

/** One request, one reply; null without a coordinator. */
async function ask(port, letter) {
  const socket = await dial(port);
  if (!socket) return null;
  return new Promise((done) => {
    receive(socket, done);
    socket.on('close', () => done(null));
    send(socket, { type: 'command', letter });
  }).finally(() => socket.destroy());
}

/** Says what came of it, and returns the status. */
function report(letter, reply, port) {
  if (!reply) {
    process.stderr.write('Coordinator not found. Please check port and host.\n');
    return 2;
  }
  if (reply.refused && letter === 'K') {
    process.stdout.write('Computation was checkpointed and killed.\n'); // so it says, whatever happened
    return 2;
  }
  if (reply.refused) {
    process.stderr.write(
      'Error, computation not in running state.  Either a checkpoint is\n' +
        ' currently happening or there are no connected processes.\n',
    );
    return 2;
  }
  if (letter === 's' || letter === 'l') {
    const lines = letter === 'l' ? reply.list : statusLines(reply);
    process.stdout.write(
      `${['Coordinator:', '  Host: localhost', `  Port: ${port}`, ...lines].join('\n')}\n`,
    );
  }
  return 0;
}

function statusLines({ peers, running }) {
  const interval = '  CKPT_INTERVAL=0 (checkpoint manually)';
  return ['Status...', `  NUM_PEERS=${peers}`, `  RUNNING=${running ? 'yes' : 'no'}`, interval];
}
