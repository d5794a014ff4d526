import { defineDiagnostics, error, warning } from './define.ts';

/** CRF580 to CRF589: `engine = mana`. */
export const mana = defineDiagnostics(580, 589, {
  experimental: warning<{ untried: string | undefined }>()('CRF580', 'An experimental engine', {
    title: () => '`engine = mana` is experimental',
    notes: ({ untried }) => [
      'it was seen with MANA 1.4.0 and MPICH 4.0.2, on nodes of Slurm on one machine; not over InfiniBand or Slingshot, not on real hosts, not with Cray MPICH or Intel MPI',
      ...(untried === undefined
        ? []
        : [
            `\`mpi = ${untried}\` has not been tried with it, but only \`pmi2\`, which is the default; an MPICH without PMIx would run each rank alone`,
          ]),
    ],
    help: () => [
      "if the program writes its own checkpoints, `engine = own` is safer; otherwise, compare a restored run's results with those of a run that nothing disturbed",
      'if you accept that, add after it: `// crc: allow CRF580 because …`',
    ],
  }),
  inContainer: error()('CRF581', 'MANA in a container', {
    title: () => '`engine = mana` has no container: crflow has no recipe for an image with MANA yet',
    notes: () => [
      "each rank would need MANA, MPICH, the program and the debugging symbols of libc in the image, MANA's coordinator would have to run there too, and the runtime would have to let ranks turn off address randomization (seccomp)",
      "by hand, with the host's MANA mounted, two ranks on one node were restored in Apptainer and in Charliecloud",
    ],
    help: () => [
      'leave `container` and `image` out, and load MANA and MPICH on the host: `environment { load = ["mana/1.4.0"] }`',
      "or use `engine = own`, with the program's own checkpoints",
    ],
  }),
  notStarted: error<{ times: number }>()('CRF582', 'Ranks that MANA does not start', {
    title: ({ times }) =>
      times === 0
        ? '`run` is not one program, and does not start the ranks with `$CRFLOW_RANK`: MANA would save nothing'
        : `\`run\` starts ranks with \`$CRFLOW_RANK\` ${times} times, and MANA restores them once`,
    notes: () => [
      'to continue from a checkpoint, the job runs all of `run` again, where `$CRFLOW_RANK` restores the ranks',
    ],
    help: () => [
      'write only the program, as in `./solve input.dat`, or have srun start it once: `srun "$CRFLOW_RANK" ./solve input.dat`',
    ],
  }),
});
