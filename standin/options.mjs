/** Command lines, settings, and signals that were ignored when the stand-in was started. */
import { readFileSync } from 'node:fs';
import { constants, hostname, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** What DMTCP says of each process that it ends because something failed (its jassert.cpp, 3.2 to 4.2). */
export function lastWords(message) {
  process.stderr.write(
    `[stand-in, ${process.pid}, Error] at stand-in; REASON='${message}.    stand-in: Terminating...\n`,
  );
}

/** Ends the process as DMTCP does when something fails: a sentence on standard error, and 99. */
export function fail(message) {
  lastWords(message);
  process.exit(99);
}

/**
 * Splits a command line. `known` maps an option to the name of its value, or to true for a flag. Ends at the first
 * word that is no option. An option the stand-in does not know fails: a test must not pass because it was ignored.
 */
export function parse(words, known) {
  const options = {};
  let at = 0;
  for (; at < words.length && words[at].startsWith('-'); at++) {
    const joined = /^-p(\d+)$/.exec(words[at]);
    const name = joined ? '-p' : words[at];
    if (!Object.hasOwn(known, name)) fail(`the stand-in does not know the option ${name}`);
    const [key, takesValue] = known[name];
    options[key] = joined ? joined[1] : takesValue ? words[++at] : true;
    if (options[key] === undefined) fail(`the option ${name} wants a value`);
  }
  return { options, rest: words.slice(at) };
}

/** Options that several of the commands share. */
export const common = {
  '-p': ['port', true],
  '--port': ['port', true],
  '--coord-port': ['port', true],
  '-h': ['host', true],
  '--host': ['host', true],
  '--coord-host': ['host', true],
  '-j': ['join', false],
  '--join-coordinator': ['join', false],
  '--ckptdir': ['ckptdir', true],
  '--tmpdir': ['tmpdir', true],
  '-q': ['quiet', false],
  '--quiet': ['quiet', false],
};

/** The coordinator's port: option, environment, default; as DMTCP looks for it. */
export function portOf(options) {
  return Number(options.port ?? process.env.DMTCP_COORD_PORT ?? 7779);
}

/** The folder for checkpoints. */
export function checkpointFolder(options) {
  return resolve(options.ckptdir ?? process.env.DMTCP_CHECKPOINT_DIR ?? '.');
}

/** The folder for temporary files: DMTCP puts one of its own, named after user and host, under the one it is given. */
export function temporaryFolder(options) {
  const base = resolve(options.tmpdir ?? process.env.DMTCP_TMPDIR ?? tmpdir());
  return join(base, `dmtcp-${userInfo().username}@${hostname()}`);
}

/** A setting from the environment, read anew at each use; `@FILE` reads it from a file that a test can change. */
export function setting(name, otherwise) {
  const value = process.env[name] ?? '';
  if (!value.startsWith('@')) return value || otherwise;
  try {
    return readFileSync(value.slice(1), 'utf8').trim() || otherwise;
  } catch {
    return otherwise; // no file: not set
  }
}

/** Names of the signals that the caller had ignored; bin/* read them before Node put them back to their default. */
export function ignoredSignals() {
  const mask = BigInt(`0x${process.env.DMTCP_STANDIN_IGNORED || '0'}`);
  return ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM'].filter(
    (name) => (mask >> BigInt(constants.signals[name] - 1)) & 1n,
  );
}
