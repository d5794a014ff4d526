import { describe, test } from 'vitest';
import { verify } from '../../src/cli/verify.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { compile } from '../support/compile.ts';
import { targets } from '../support/targets.ts';

// ShellCheck reads the part that belongs to a flow, and the one that all scripts share, by themselves: the sum is what it says of
// the whole script.

const flowIn = (runtime: string | undefined) => {
  const { flows, diagnostics } = compile({
    name: 'md.crflow',
    text: `crflow 1
workflow md {
  application { run = "./md"  alive = 1h }
  ${runtime === undefined ? '' : `container { runtime = ${runtime}  image = "md:1" }`}
  environment { load = ["md"]  set { A = "b" } }
  checkpoint { interval = auto  mtbf = 1d  lead = 5min  protect = ["*.db"] }
  schedule { time = 2h  total = 1d }
}
`,
  });
  const [flow] = flows;
  if (flow === undefined) throw new Error(JSON.stringify(diagnostics));
  return flow;
};

const inParts = {
  shellcheck: undefined,
  strict: false,
  all: true,
  cache: false,
  sharedFrom: targets.runtimeStart,
};

/** ShellCheck's order is not always that of the text. */
const sorted = (all: readonly Diagnostic[]) => all.map(({ code, title }) => `${code} ${title}`).sort();

describe('ShellCheck, on the two parts of a script', { concurrent: true }, () => {
  test.for([undefined, 'podman'])('says nothing of them in %s, as of the whole', async (runtime, {
    expect,
  }) => {
    const flow = flowIn(runtime);
    const parts = await verify([flow], inParts);
    expect(parts).toEqual(await verify([flow], { ...inParts, sharedFrom: undefined }));
    expect(parts.diagnostics).toEqual([]);
  });

  test.for([
    ['the flow', 'readonly name=md', 'readonly name=md; cd $lost_one; rm -rf "$lost_two"/*'],
    ['the runtime', 'exec 7>&- 8>&- 9>&-\n', 'exec 7>&- 8>&- 9>&-\n  rm $attempt_dir/x\n'],
  ] as const)('says of a mistake in %s what it says of the whole', async ([, before, after], { expect }) => {
    const good = flowIn(undefined);
    const text = good.script.text.replace(before, () => after);
    expect(text).not.toBe(good.script.text);
    const flow = { ...good, script: { ...good.script, text } };
    const { diagnostics } = await verify([flow], inParts);
    expect(diagnostics.length).toBeGreaterThan(0);
    const whole = await verify([flow], { ...inParts, sharedFrom: undefined });
    expect(sorted(diagnostics)).toEqual(sorted(whole.diagnostics));
  });
});
