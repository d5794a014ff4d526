import { code, type ShellText } from '../../src/emit/shell-text.ts';
import type { RuntimeName } from '../../src/model/container.ts';
import bare from '../runtimes/bare.sh';
import containerCommon from '../runtimes/container.sh';
import { runtimeOf } from '../runtimes/index.ts';
import account from './runtime/account.sh';
import alive from './runtime/alive.sh';
import attempt from './runtime/attempt.sh';
import clean from './runtime/clean.sh';
import common from './runtime/common.sh';
import daly from './runtime/daly.sh';
import environ from './runtime/environ.sh';
import files from './runtime/files.sh';
import generations from './runtime/generations.sh';
import host from './runtime/host.sh';
import inner from './runtime/inner.sh';
import loss from './runtime/loss.sh';
import machine from './runtime/machine.sh';
import main from './runtime/main.sh';
import modules from './runtime/modules.sh';
import outer from './runtime/outer.sh';
import output from './runtime/output.sh';
import processes from './runtime/processes.sh';
import protect from './runtime/protect.sh';
import run from './runtime/run.sh';
import slurm from './runtime/slurm.sh';
import status from './runtime/status.sh';
import storage from './runtime/storage.sh';
import suspended from './runtime/suspended.sh';
import trust from './runtime/trust.sh';
import variables from './runtime/variables.sh';
import words from './runtime/words.sh';

/** Raised whenever the bash below changes what a job does; stands in every script. */
export const runtimeVersion = 5;
/** Raised whenever a run's folder changes so that another version cannot go on with it. */
export const stateFormat = 2;

/** What a job needs beside what every job does; `container`: its runtime, or none. */
export type Needs = Record<'modules' | 'alive' | 'auto' | 'protect', boolean> & {
  readonly container: RuntimeName | null;
};

/** The bash that every job carries, in the order in which it is read: what happens first, how it is done after. */
export function runtime(needs: Needs): ShellText {
  const parts = [
    attempt,
    outer,
    inner,
    processes,
    loss,
    words,
    variables,
    ...(needs.auto ? [daly] : []),
    ...(needs.alive ? [alive] : []),
    generations,
    ...(needs.protect ? [protect] : []),
    machine,
    files,
    run,
    trust,
    storage,
    output,
    account,
    suspended,
    slurm,
    environ,
    host,
    ...(needs.container === null ? [bare] : [containerCommon, runtimeOf(needs.container).bash]),
    ...(needs.modules ? [modules] : []),
    status,
    clean,
  ];
  return ownText(parts.concat(common, main).join('\n').trimEnd());
}

/** Our own bash is code as it stands; nothing else becomes shell text this way. */
const ownText = (text: string) => code([text] as unknown as TemplateStringsArray);
