import { rehearseRun } from '../../src/cli/rehearse/rehearsal.ts';
import { startScheduler } from '../../src/host/scheduler/start.ts';
import { type Fault, parseFault } from '../../src/rehearse/faults/parse.ts';
import { adapt } from '../../src/rehearse/program.ts';
import { judge } from '../../src/rehearse/verdicts/promises.ts';
import { compile } from './compile.ts';
import { type Dmtcp, standIn } from './dmtcp.ts';

/** A flow that needs nothing of this machine. */
export const hostFlow = `crflow 1
workflow count {
  application { run = "./count" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;

export const fault = (text: string): Fault => {
  const read = parseFault(text);
  if ('why' in read) throw new Error(read.why);
  return read.fault;
};

/** A rehearsal of a flow, as `crc rehearse` runs it, and its verdicts. `change`: what is done to the script first. */
export async function rehearsed(
  faults: readonly string[],
  {
    flow = hostFlow,
    change = (script: string) => script,
    dmtcp = standIn,
    limit = 90,
  }: { flow?: string; change?: (script: string) => string; dmtcp?: Dmtcp; limit?: number } = {},
) {
  const { flows, diagnostics } = compile({ name: 'count.crflow', text: flow });
  const [compiled] = flows;
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics));
  const { plan } = adapt(compiled.plan, { real: false, bare: null });
  const run = await rehearseRun({
    plan,
    script: change(compiled.script.text),
    faults: faults.map(fault),
    dmtcp: plan.checkpoint.engine === 'dmtcp' ? { ...dmtcp, title: dmtcp.name } : undefined,
    real: undefined,
    limit,
    startScheduler,
    tell: () => {},
    stop: new AbortController().signal,
  });
  return { ...run, verdicts: judge(run.evidence) };
}
