/** The longest name of a workflow, in characters: it becomes the name of files and of the job. */
const LONGEST = 64;

/** Can a workflow have that name: letters, digits, `_` and `-`, a letter first? */
export const isWorkflowName = (text: string): boolean =>
  text.length <= LONGEST && /^[A-Za-z][A-Za-z0-9_-]*$/.test(text);

/** The registry in flows that crc init writes. */
export const PLACEHOLDER_REGISTRY = 'your-registry.example.org';
