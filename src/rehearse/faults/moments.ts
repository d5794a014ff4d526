/**
 * Points in the life of a run at which something can happen to it, in the order of its life. `title` is what the columns of the fault
 * matrix (test/matrix) are called.
 */
export const MOMENTS = [
  { name: 'launch', title: 'before launch', aliases: ['start', 'begin', 'submit'] },
  { name: 'running', title: 'running', aliases: ['run', 'work', 'middle'] },
  { name: 'checkpoint', title: 'while checkpointing', aliases: ['save', 'saving', 'ckpt'] },
  { name: 'requeue', title: 'between checkpoint and requeue', aliases: ['limit', 'saved'] },
  { name: 'restore', title: 'while restoring', aliases: ['restart', 'restoring'] },
  { name: 'end', title: 'finishing', aliases: ['finish', 'done', 'ended'] },
] as const;

export type MomentName = (typeof MOMENTS)[number]['name'];
export type MomentTitle = (typeof MOMENTS)[number]['title'];

export const momentNames: readonly MomentName[] = MOMENTS.map(({ name }) => name);
export const momentTitles: readonly MomentTitle[] = MOMENTS.map(({ title }) => title);

/** When something happens: so many seconds after the submission, or at a point in the life of the run. */
export type When = { readonly after: number } | { readonly at: MomentName };
