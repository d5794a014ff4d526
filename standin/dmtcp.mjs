/**
 * A stand-in for DMTCP's four commands, for machines without DMTCP, as badly behaved as 4.1.1 was measured to be.
 * test/contract runs the same tests against it and against the real one.
 *
 * How it works. dmtcp_coordinator is a server on the loopback interface; dmtcp_command (bin) asks it. dmtcp_launch and dmtcp_restart are an *agent*
 * each (agent.mjs): the parent of the program, connected to the coordinator. The processes of a computation are those
 * that hold descriptor 832 on its dmtcpSharedArea file (processes.mjs). At a checkpoint the agent stops them, and
 * writes an image of each (image.mjs).
 *
 * WHAT IT CANNOT DO: save a program's memory. A restart runs the launch command again, with its arguments,
 * environment and working folder of then. So:
 * - everything between the launch command and the program, the wrapper shell above all, starts from its beginning,
 *   and does its side effects again; variables of a shell, open files, traps, pipes and `$$` are not brought back;
 * - only a program that keeps its state in the file $DMTCP_STANDIN_MEMORY (the stand-in sets it) goes on where it was:
 *   test/programs/count.sh, one a launch; any other starts again;
 * - output has to be opened for appending inside the wrapper: `>` would empty it at each restart;
 * - process ids change at a restart, and dmtcp_launch is the parent of the program, not the program: a SIGKILL of it
 *   leaves the program to run on, with no one to checkpoint it (-c is then refused);
 * - a process that closes descriptor 832, or opens something else on it, has left the computation.
 * Where DMTCP would bring a process back in another working folder than its own, it refuses to (restart.mjs).
 * It shows nothing of what a checkpoint does to a real program, of its size or time, of gzip, plugins, sockets, MPI,
 * threads, signals DMTCP uses, or of kernels and C libraries. It knows the options that crflow uses and refuses others.
 *
 * Settings, from the environment of dmtcp_launch or dmtcp_restart; a value @FILE is read from FILE at each use:
 *   DMTCP_STANDIN_SECONDS  how long a set of images takes to write (0.3); on the host, the job keeps only variables named so
 *   STANDIN_SECONDS        the same; a name that a flow can pass into a container
 *   DMTCP_STANDIN_RESTART_SECONDS  how long a restart takes, RUNNING=no meanwhile (0.2)
 *   DMTCP_STANDIN_BYTES    size of the part of an image that stands for memory (65536)
 *   DMTCP_STANDIN_DISK     full: the next checkpoint finds the disk full, and kills the application with 99
 *                          stuck: the same, but the first process stays, stopped, and nothing hears -k
 *   DMTCP_STANDIN_NODE     the Node to run (node), or an executable of crc
 */
import { basename } from 'node:path';
import { launch } from './agent.mjs';
import { coordinate } from './coordinator.mjs';
import { restart } from './restart.mjs';

const [role = '', ...words] = process.argv.slice(2);
const roles = { coordinator: coordinate, launch, restart };

if (Object.hasOwn(roles, role)) {
  void roles[role](words); // not awaited, so that an executable of crc can require this file
} else {
  process.stderr.write(`${basename(import.meta.url)}: no such command: ${role}\n`);
  process.exitCode = 99;
}
