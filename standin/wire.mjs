/** Messages between the commands: one JSON object a line. */
import { connect } from 'node:net';

/** Calls `onMessage` for each message that arrives on `socket`. */
export function receive(socket, onMessage) {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) onMessage(JSON.parse(line));
  });
}

/** Sends a message; resolves when it has left. A connection that is gone is the receiver's business. */
export function send(socket, message) {
  return new Promise((done) => socket.write(`${JSON.stringify(message)}\n`, () => done()));
}

/** Connects to the coordinator at `port`; resolves with the socket, or null where there is none. */
export function dial(port) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(socket));
    socket.on('error', () => done(null)); // after the connection 'close' follows, which tells the owner
  });
}

/** Resolves after `seconds`. */
export function pause(seconds) {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}
