/** What the language will have and this version has not: said once, where it is written, and its inside not read. */
export interface PlannedSpec {
  /** Goes on from "it will". */
  readonly meaning: string;
  /** What to do until then. */
  readonly meanwhile?: string;
}

export const planned: Readonly<Record<string, PlannedSpec>> = {
  container: {
    meaning: 'run the application in a container, under Shifter, Podman-HPC or Apptainer',
    meanwhile:
      'until then the application runs on the host: remove the block, and load what it needs with `environment { load = […] }`',
  },
  image: {
    meaning: 'write the Dockerfile that puts DMTCP into an image',
    meanwhile: 'until then remove the block',
  },
  mount: { meaning: 'show a folder of the host inside the container' },
  modules: {
    meaning: "name the container runtime's modules",
    meanwhile: 'modules of the host are `environment { load = […] }`',
  },
  runtime: { meaning: 'name the container runtime' },
  dmtcp: {
    meaning: 'say where DMTCP is in the image',
    meanwhile: 'on the host load it: `environment { load = ["dmtcp"] }`',
  },
  nodes: { meaning: 'ask for several nodes', meanwhile: 'until then a job has one node' },
  ntasks: { meaning: 'ask for several tasks', meanwhile: 'until then a job has one task' },
  gpus: { meaning: 'ask for GPUs, once DMTCP can checkpoint what runs on them' },
};

/** The planned construct of that name, if it is one. */
export function plannedFor(name: string): PlannedSpec | undefined {
  return Object.hasOwn(planned, name) ? planned[name] : undefined;
}
