import { visibleLines } from '../diagnostics/words.ts';
import { print } from '../host/print.ts';

/** Reports an unexpected error to the user, without a bare stack trace. */
export function internalError(error: unknown): void {
  print(
    'stderr',
    `crc failed because of a bug in it: ${visibleLines(String(error instanceof Error ? error.message : error))}\n` +
      'Please report this with the .crflow file. No existing file was changed.\n' +
      (process.env['CRFLOW_DEBUG'] && error instanceof Error ? `${error.stack}\n` : ''),
  );
  process.exitCode = 3;
}
