/** Transports that a restored UCX is known to use rightly (facts: DMTCP 4.1.1, UCX 1.13). */
const RESTORED = /^(?:posix|self|cma|tcp)$/;

function transports(value: string): string | undefined {
  const all = value.split(',');
  const odd = all.find((one) => !RESTORED.test(one));
  if (odd !== undefined) return `UCX may use \`${odd}\`, which DMTCP cannot save, or which nobody has tried`;
  return all.includes('posix')
    ? undefined
    : '`MPI_Finalize` never returns in a restored run: without `posix`, ranks of one node use TCP';
}

const unless = (good: string, why: string) => (value: string) => (value === good ? undefined : why);

/** What MPICH over UCX needs under MANA 1.4.0, as measured with MPICH 4.0.2 and UCX 1.13: the same as MPI_SETTINGS. */
export const MANA_SETTINGS = [
  {
    name: 'UCX_MEM_MMAP_HOOK_MODE',
    crflow: 'none',
    why: "engine = mana: with UCX's hooks for memory, MPICH crashes at its start",
    asks: unless('none', 'MPICH crashes at its start under MANA'),
  },
  {
    name: 'UCX_TLS',
    crflow: undefined,
    why: undefined,
    asks: (value: string) =>
      /^(?:tcp|self|,)*tcp(?:tcp|self|,)*$/.test(value)
        ? '`MPI_Finalize` never returns in a restored run: ranks of one node use TCP'
        : undefined,
  },
] as const;

/**
 * Variables with which MPICH's launcher and its ranks can be saved and restored on one node, as measured with MPICH 4.0.2 and UCX 1.13
 * under DMTCP 4.1.1. `crflow`: what crflow sets; `why`: what for; `asks`: what is wrong with another value, if anything is.
 */
export const MPI_SETTINGS = [
  {
    name: 'UCX_MEM_MMAP_HOOK_MODE',
    crflow: 'none',
    why: "tasks: UCX's hooks for memory and DMTCP's would wait for each other in MPI_Init, for ever",
    asks: unless('none', 'MPICH hangs in `MPI_Init` under DMTCP, without a message'),
  },
  {
    name: 'UCX_TLS',
    crflow: 'posix,self',
    why: 'the ranks talk by shared memory: DMTCP cannot save a network, nor shared memory of System V',
    asks: transports,
  },
  {
    name: 'HYDRA_LAUNCHER',
    crflow: 'fork',
    why: "MPICH's mpiexec starts the ranks itself: what srun starts is out of DMTCP's reach",
    asks: unless('fork', "the ranks may be started out of DMTCP's reach"),
  },
] as const;
