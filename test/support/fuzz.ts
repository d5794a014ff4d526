/**
 * How long a property is tried: a number of runs that takes seconds, with inputs that are others each time; with
 * CRFLOW_FUZZ_SECONDS (`npm run fuzz`) for so long, each property. CRFLOW_SEED repeats what a failure prints.
 */
export function runs(numRuns: number) {
  const seconds = Number(process.env['CRFLOW_FUZZ_SECONDS'] ?? 0);
  const seed = Number(process.env['CRFLOW_SEED'] ?? Date.now() % 2 ** 31);
  if (seconds > 0) console.log(`seed ${seed}: CRFLOW_SEED=${seed} repeats it; ${seconds} s`);
  return {
    seed,
    ...(seconds > 0
      ? {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: seconds * 1000,
          markInterruptAsFailure: false,
        }
      : { numRuns }),
  };
}
