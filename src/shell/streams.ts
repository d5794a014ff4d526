/** A process's standard input, output or errors. */
export type Stream =
  /** /dev/null. */
  | 'null'
  /** The output file of the run. */
  | 'output'
  | 'file'
  | 'pipe'
  /** A here-document or here-string: a pipe from bash 5.1 on, a file before. */
  | 'here'
  | 'unknown';

/** By descriptor. */
export type Streams = [Stream, Stream, Stream];

/** The descriptor that a path means: `/dev/stdin` is 0. */
export function deviceOf(path: string): 0 | 1 | 2 | undefined {
  const [, name, digit] =
    /^(?:\/dev\/(std(?:in|out|err))|\/(?:dev|proc\/self)\/fd\/([012]))$/.exec(path) ?? [];
  if (name !== undefined) return name === 'stdin' ? 0 : name === 'stdout' ? 1 : 2;
  return digit === undefined ? undefined : (Number(digit) as 0 | 1 | 2);
}
