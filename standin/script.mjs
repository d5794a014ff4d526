/** The restart script, whose appearance is the mark that a checkpoint is committed. */
import { chmodSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Writes the script of a computation into `folder` and the link dmtcp_restart_script.sh to it. The old link is looked
 * for in the working folder, and the new one put into `folder`: where these differ, the old one stays. The script is
 * of no use with spaces in a path, as DMTCP's: it is there for its list of images.
 */
export function writeRestartScript(folder, computation, images, port) {
  const path = join(folder, `dmtcp_restart_script_${computation}.sh`);
  const list = images.map((image) => ` ${image}`).join('');
  writeFileSync(
    path,
    `#!/bin/bash\ngiven_ckpt_files="${list}"\n\nexec dmtcp_restart -j -p ${port} $given_ckpt_files\n`,
  );
  chmodSync(path, 0o744);
  const link = 'dmtcp_restart_script.sh';
  try {
    unlinkSync(link);
  } catch {
    // the first checkpoint
  }
  try {
    symlinkSync(basename(path), join(folder, link));
  } catch (error) {
    process.stdout.write(`Warning: ${error.message}\n`);
  }
  return path;
}
