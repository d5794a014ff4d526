import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Flow } from '../compile.ts';
import { painter } from '../diagnostics/paint.ts';
import { capitalized, visible } from '../diagnostics/words.ts';
import { forecast } from '../forecast/forecast.ts';
import { slowness } from '../host/load.ts';
import { columnsOf, hasColors, print } from '../host/print.ts';
import { startScheduler } from '../host/scheduler/start.ts';
import { whyNotWritable } from '../host/writable.ts';
import type { Settings } from '../model/program.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Targets } from '../model/targets.ts';
import { allFaults, drawFaults, usualFaults } from '../rehearse/faults/draw.ts';
import { type Fault, unfit, written } from '../rehearse/faults/parse.ts';
import { adapt } from '../rehearse/program.ts';
import { compare, inShort } from '../rehearse/summary.ts';
import { judge, together } from '../rehearse/verdicts/promises.ts';
import { flowsOf } from './flows-of.ts';
import { chooseContainer } from './rehearse/container.ts';
import { chooseDmtcp } from './rehearse/dmtcp.ts';
import { whyNotKept } from './rehearse/keep.ts';
import { liveView } from './rehearse/live.ts';
import { type OnPage, rehearsalPage, storyOf, timelinesText, writePage } from './rehearse/page.ts';
import { UNIT } from './rehearse/place.ts';
import { type Rehearsed, rehearseRun, scenesOf } from './rehearse/rehearsal.ts';
import { comparisonText, verdictText } from './rehearse/results.ts';
import { createReporter, type Reporter } from './report.ts';

export interface RehearseOptions {
  readonly targets: Targets;
  readonly format: 'pretty' | 'json';
  readonly set: Settings;
  readonly site?: string;
  readonly fault: readonly Fault[];
  /** Every promise is put to the test. */
  readonly all: boolean;
  /** Draws faults. */
  readonly seed?: number;
  /** Runs the flow's own `run` and not the stand-in. */
  readonly real: boolean;
  /** Seconds. */
  readonly limit: number;
  readonly html?: string;
  /** A folder for the state, the logs and the output of each run; absent: nothing is left. */
  readonly keep?: string;
}

/** `crc rehearse FLOW`: runs each of its workflows on this machine, breaks things, and judges. Resolves to the exit status. */
export async function rehearse(file: string, options: RehearseOptions): Promise<number> {
  const { html } = options;
  const why = html === undefined ? undefined : whyNotWritable(html);
  if (why !== undefined) {
    print('stderr', `error: cannot write ${visible(html ?? '')}: ${why}\n`);
    return 3;
  }
  const whyNot = options.keep === undefined ? undefined : whyNotKept(options.keep);
  if (whyNot !== undefined) {
    print('stderr', `error: cannot keep runs in ${visible(options.keep ?? '')}: ${whyNot}\n`);
    return 3;
  }
  const reporter = createReporter({ format: options.format, strict: false });
  const { flows, site } = await flowsOf(file, reporter, options);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const rehearsals: object[] = [];
  const told: OnPage[] = [];
  let status = 0;
  let page: { readonly why: string | undefined } | undefined;
  try {
    for (const flow of flows) {
      const done = await rehearseFlow(file, flow, site, options, reporter, stop.signal);
      if (done.result !== undefined) rehearsals.push(done.result);
      told.push(done.page);
      status = Math.max(status, done.status);
      // After each, so that one that is interrupted leaves what there was.
      if (html !== undefined && (flows.length > 1 || !('why' in done.page)))
        page = { why: await writePage(html, rehearsalPage(file, told, flows.length)) };
      if (stop.signal.aborted) break;
    }
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  if (page?.why !== undefined) {
    print('stderr', `error: cannot write ${visible(html ?? '')}: ${page.why}\n`);
    status = 3;
  } else if (page !== undefined) reporter.say(`wrote ${html}`);
  const found = reporter.end([], { rehearsals });
  return stop.signal.aborted ? 130 : Math.max(found, status);
}

interface Done {
  readonly status: number;
  /** For JSON; absent if it was not rehearsed. */
  readonly result?: object;
  readonly page: OnPage;
}

async function rehearseFlow(
  file: string,
  flow: Flow,
  site: SiteProfile | undefined,
  options: RehearseOptions,
  reporter: Reporter,
  stop: AbortSignal,
): Promise<Done> {
  const { engine } = flow.plan.checkpoint;
  const { workflow } = flow.plan;
  const refuse = (status: number, why: string, option = ''): Done => {
    print('stderr', `error: ${option}${why}\n`);
    return { status, page: { workflow, engine, why } };
  };
  const scenes = options.all ? allFaults(engine) : scenesOf(chosen(options, engine));
  const faults = scenes.flat();
  for (const one of faults) {
    const why = unfit(one, engine);
    if (why !== undefined) return refuse(2, why, "option '--fault <fault>': ");
  }
  if (engine === 'mana')
    return refuse(3, 'MANA cannot be rehearsed: there is no stand-in for it, and no ranks on one machine');
  const { targets, real } = options;
  const container = await chooseContainer(flow.plan, dirname(file), { real, targets });
  const used = container === undefined || 'why' in container ? undefined : container;
  const dmtcp = engine === 'dmtcp' && used === undefined ? await chooseDmtcp() : undefined;
  if (engine === 'dmtcp' && used === undefined && dmtcp === undefined)
    return refuse(
      3,
      'this machine has no DMTCP, and the stand-in for it, the folder standin beside crc, is not there. Put it back, or name the prefix of a DMTCP in CRFLOW_DMTCP_PREFIX',
    );
  const { plan, changes } = adapt(flow.plan, {
    real,
    bare: container !== undefined && 'why' in container ? container.why : null,
    canRead: used !== undefined && targets.runtimeOf(used.runtime).readonly,
    has: existsSync,
  });
  const source = flow.source.name === '-' ? 'standard input' : flow.source.name.replace(/^.*[/\\]/, '');
  const script = changes.length === 0 ? flow.script.text : targets.jobScript(plan, source).text;
  const paint = painter(hasColors('stdout'));
  const program = options.real
    ? "the flow's own `run`, in a copy of the folder of the flow"
    : 'a stand-in that counts, instead of `run` (--real runs your own)';
  const inImage = `the DMTCP of the image, in ${flow.plan.container?.dmtcp}`;
  const saves = { dmtcp: dmtcp?.title ?? inImage, own: 'the program itself', none: 'nothing: engine none' }[
    engine
  ];
  const how: [string, string][] = [
    [
      'script',
      changes.length === 0
        ? 'the one that crc compile writes, byte for byte'
        : 'the one that crc compile writes, except:',
    ],
    ['program', program],
    ...(used === undefined ? [] : [['runs in', used.title] as [string, string]]),
    ['saved by', saves],
    ['scheduler', 'a small one that behaves like Slurm; durations are scaled down by settings (CRFLOW_*)'],
    ...(slowness() > 1
      ? [
          [
            'machine',
            'busy with other work, so all takes longer, and durations are judged with more patience',
          ] as [string, string],
        ]
      : []),
  ];
  reporter.paint(
    [
      paint.bold(
        `Rehearsing ${flow.plan.workflow}: ${scenes.map((scene) => scene.map(written).join(', ')).join('; ')}`,
      ),
      ...how.flatMap(([what, text]) => [
        `  ${what.padEnd(10)} ${text}`,
        ...(what === 'script' ? changes.map((one) => `             - ${one}`) : []),
      ]),
      '',
    ].join('\n'),
  );
  const live = options.format === 'pretty' ? liveView(paint) : undefined;
  const keep = options.keep === undefined ? undefined : join(options.keep, workflow);
  let all: readonly Rehearsed[];
  try {
    all = await Promise.all(
      scenes.map((scene, at) =>
        rehearseRun({
          plan,
          script,
          faults: scene,
          dmtcp,
          container: used,
          real: options.real ? dirname(file) : undefined,
          limit: options.limit,
          keep: keep === undefined ? undefined : { folder: keep, number: at + 1 },
          startScheduler,
          tell: (one) => live?.tell(one, scenes.length === 1 ? '' : (scene[0]?.name ?? '')),
          stop,
        }),
      ),
    );
  } catch (error) {
    live?.close();
    return refuse(3, `the rehearsal failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  live?.close();
  if (stop.aborted) {
    print('stderr', 'interrupted: all processes of the rehearsal were ended, and its files removed\n');
    return { status: 3, page: { workflow, engine, why: 'interrupted' } };
  }
  const missed = all.flatMap((one) => one.missed.map(({ fault, why }) => ({ fault: written(fault), why })));
  const verdicts = together(all.map(({ evidence }) => judge(evidence)));
  const predicted = compare(
    forecast(flow.plan, {}, site),
    all.map(({ evidence }) => evidence),
    options.real ? 0 : UNIT,
  );
  for (const { fault, why } of missed) reporter.paint(paint.warning(`${fault} did not come: ${why}`));
  reporter.paint(`\n${timelinesText(all, paint)}`);
  reporter.paint(`${verdictText(verdicts, columnsOf('stdout'), paint)}`);
  reporter.paint(`\n${comparisonText(predicted, paint)}`);
  reporter.paint(`\n${paint.bold(inShort(verdicts))}`);
  const isBroken = verdicts.some(({ outcome }) => outcome === 'broken');
  const cut = all.flatMap(({ evidence }) => evidence.cutShort ?? []);
  for (const why of cut) reporter.paint(paint.warning(`the rehearsal did not come to its end: ${why}`));
  const log = all.flatMap((one) => one.log);
  if (log.length > 0)
    reporter.paint(
      [paint.bold("The end of the job's log"), ...log.map((line) => `    ${visible(line)}`)].join('\n'),
    );
  if (keep !== undefined) reporter.say(`kept in ${visible(keep)}: crc report shows it`);
  else if (isBroken || cut.length > 0)
    reporter.say('nothing is left of the runs: repeat with --keep FOLDER to look at them');
  return {
    status: isBroken ? 1 : cut.length + missed.length > 0 ? 3 : 0,
    page: { workflow, engine, all, verdicts, predicted, how: inWords(how, changes) },
    result: {
      workflow,
      engine,
      savedBy: saves,
      runsIn: used?.title ?? 'this machine',
      program: options.real ? 'own' : 'stand-in',
      changes,
      faults: all.flatMap(({ struck, began }) =>
        struck.map(({ fault, at }) => ({ fault: written(fault), at: (at - began) / 1000 })),
      ),
      missed,
      seconds: Math.max(...all.map(({ began, ended }) => (ended - began) / 1000)),
      verdicts,
      runs: all.map((one) => ({
        faults: one.struck.map(({ fault }) => written(fault)),
        story: storyOf(one) ?? null,
        journal: one.evidence.journal.map(({ text }) => text),
      })),
      predicted: predicted.map(([what, real, here]) => ({ what, predicted: real, seen: here })),
      cutShort: cut,
      ...(log.length > 0 ? { log } : {}),
    },
  };
}

/** What was asked for; else what a seed draws; else the usual ones. */
const chosen = (
  { fault, seed }: RehearseOptions,
  engine: Flow['plan']['checkpoint']['engine'],
): readonly Fault[] => {
  if (fault.length > 0) return fault;
  return seed === undefined ? usualFaults(engine) : drawFaults(seed, engine);
};

/** The same for a page, with the changes of the script as one text. */
const inWords = (
  how: readonly (readonly [string, string])[],
  changes: readonly string[],
): readonly (readonly [string, string])[] =>
  how.map(([what, text]) => [
    capitalized(what),
    what === 'script' && changes.length > 0 ? `${text} ${changes.join('; ')}` : text,
  ]);
