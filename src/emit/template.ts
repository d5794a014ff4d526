import type Full from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { ShellText } from './shell-text.ts';

/** Only the runtime: templates are compiled at build time. Its own types are incomplete. */
const Handlebars = runtime as unknown as typeof Full;

/** What a template may print: each name is a helper that takes one piece of shell text of that kind. */
export const printable = ['word', 'number', 'code', 'comment', 'directive', 'verbatim'] as const;

/**
 * Makes a renderer of a template that tools/assets.mjs compiled. The build refuses a template that prints
 * anything but `{{kind value}}`; here each helper refuses a value of another kind, including a missing one.
 */
export function template<View extends object>(compiled: TemplateSpecification): (view: View) => string {
  const handlebars = Handlebars.create();
  for (const kind of printable) {
    handlebars.registerHelper(kind, (value: unknown) => {
      if (value instanceof ShellText && value.kind === kind) return value.text;
      throw new TypeError(`a template printed something that is not a shell ${kind}`);
    });
  }
  const render = handlebars.template<View>(compiled);
  return (view) => render(view);
}
