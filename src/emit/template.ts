import { ShellText } from './shell-text.ts';

/** A template as tools/assets.mjs compiles it: a function of what it shows, and of what prints a value of a kind. */
export type CompiledTemplate = (view: object, print: (kind: string, value: unknown) => string) => string;

/**
 * Makes a renderer of a template. The build refuses a template that prints anything but `{{kind value}}`; here, a value
 * of another kind is refused, including a missing one.
 */
export function template<View extends object>(compiled: CompiledTemplate): (view: View) => string {
  return (view) => compiled(view, printed);
}

function printed(kind: string, value: unknown): string {
  if (value instanceof ShellText && value.kind === kind) return value.text;
  throw new TypeError(`a template printed something that is not a shell ${kind}`);
}
