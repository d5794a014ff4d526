import type { Painter } from '../../diagnostics/paint.ts';
import { visible } from '../../diagnostics/words.ts';
import { columnsOf, isTerminal, print } from '../../host/print.ts';
import { faultOf } from '../../rehearse/faults/catalogue.ts';
import { written } from '../../rehearse/faults/parse.ts';
import { heardOf, saidBy } from '../../rehearse/happened.ts';
import type { Told } from './options.ts';

/** The view of a rehearsal while it runs: a line for everything that happens, and on a terminal a line that says how it is. */
export interface Live {
  /** @param scene which of several runs it is about; empty if there is one */
  readonly tell: (one: Told, scene: string) => void;
  /** Removes the line that says how it is. */
  readonly close: () => void;
}

const SPINNER = ['-', '\\', '|', '/'];

export function liveView(paint: Painter): Live {
  const began = Date.now();
  const lasts = () => `${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s`;
  const onTerminal = isTerminal('stdout');
  const now = { state: 'in the queue', attempt: 0, lines: 0, checkpoints: 0 };
  let turn = 0;
  const clear = () => {
    if (onTerminal) print('stdout', '\r\u001B[K');
  };
  const draw = () => {
    if (!onTerminal) return;
    const attempt = now.attempt === 0 ? '' : `attempt ${now.attempt}, `;
    const columns = columnsOf('stdout') - 1;
    const text = `${SPINNER[turn++ % SPINNER.length]} ${lasts().trim()}  ${attempt}${now.state}, ${now.checkpoints} checkpoints`;
    print('stdout', `\r\u001B[K${text.slice(0, columns)}`);
  };
  const timer = onTerminal ? setInterval(draw, 250) : undefined;
  const line = (scene: string, text: string) => {
    clear();
    print('stdout', `${lasts()}  ${scene === '' ? '' : `${scene}: `}${text}\n`);
    draw();
  };
  return {
    tell: (one, scene) => {
      if (one.kind === 'submitted') line(scene, `submitted as job ${one.job}`);
      else if (one.kind === 'resumed') line(scene, paint.warning('its owner resumes the run'));
      else if (one.kind === 'struck')
        line(scene, paint.warning(`FAULT ${written(one.fault)}: ${faultOf(one.fault.name).title}`));
      else if (one.kind === 'scheduler') {
        const text = heardOf(one.event);
        if (one.event.kind === 'requeued') now.state = 'requeued';
        if (text !== undefined) line(scene, text);
      } else if (one.kind === 'journal' && one.line.entry !== undefined) {
        const { entry } = one.line;
        now.attempt = entry.attempt;
        now.state = STATES[entry.event] ?? now.state;
        if (entry.event === 'sealed') now.checkpoints += 1;
        const text = saidBy(entry);
        if (text !== undefined) line(scene, `attempt ${entry.attempt} ${visible(text)}`);
      }
    },
    close: () => {
      clearInterval(timer);
      clear();
    },
  };
}

const STATES: Readonly<Record<string, string>> = {
  started: 'starting',
  launched: 'running',
  restored: 'running',
  sealed: 'running',
  asked: 'saving for the last time',
  requeued: 'requeued',
  left: 'ended',
};
