import { names } from '../diagnostics/names.ts';
import { values } from '../diagnostics/values.ts';
import { type WhyNot, whyInvalidModule, whyInvalidPackage, whyInvalidRecipePath } from '../emit/forms.ts';
import { helpForWord } from '../language/runtime-options.ts';
import type { StringValue, Value } from '../model/ast.ts';
import type { Image, ImageName } from '../model/container.ts';
import type { HostPath } from '../model/flow.ts';
import { type Context, isBroken, spanInside, type Target, textOf } from './context.ts';
import { isImagePath, parseImageName } from './image-name.ts';
import { hostPath } from './path.ts';
import { bashUseOf } from './shell-variables.ts';
import { listOf } from './text.ts';
import { wrongType } from './type.ts';

/** The readers of the values in `container` and `image`. */

export function image(value: Value, target: Target, context: Context): Image | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  if (!isImagePath(textOf(value))) return imageName(value, target, context);
  const text = textOf(value);
  if (text.includes('\\') && !text.includes('\\$')) return reportName(value, text, context);
  const path = hostPath(value, target.key, context);
  return path && { kind: 'file', path };
}

function reportName(value: StringValue, text: string, { report }: Context): undefined {
  const name = parseImageName(text);
  if (name.kind === 'wrong') report(values.imageName, value.span, { text, why: name.why, fix: name.fix });
  return undefined;
}

function imageName(value: StringValue, target: Target, context: Context): ImageName | undefined {
  const text = textOf(value);
  if (text === '') {
    context.report(values.empty, value.span, {
      key: target.key,
      what: 'an image needs a name',
      required: true,
    });
    return undefined;
  }
  const name = parseImageName(text);
  return name.kind === 'name' ? name : reportName(value, text, context);
}

/** Separators in the runtimes' mount options: a path that contains one of these cannot be passed to any of them. */
export const SEPARATORS = /[:,;"\\]/;

/** The first such character of a path on the host, if that part of the path is known. */
export function separatorIn(path: HostPath): string | undefined {
  return path.flatMap((part) => (part.kind === 'text' ? (SEPARATORS.exec(part.text)?.[0] ?? []) : []))[0];
}

/** A path without redundant slashes: double ones, and those at its end. */
export const tidy = (path: string) => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');

/** Is a path that folder, or in it? Both are normalised. */
export const isIn = (place: string, folder: string) => `${place}/`.startsWith(`${folder}/`);

/** Why a text is not a valid path in a container. */
export function whyInvalidPath(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (text.includes('$')) return 'nothing expands the `$`';
  if (!text.startsWith('/')) return 'it does not start with `/`';
  if (/[\0-\x1f\x7f-\x9f]/.test(text)) return 'it contains a control character';
  const dots = text.split('/').find((part) => part === '..' || part === '.');
  if (dots !== undefined) return `nothing resolves the \`${dots}\` in it`;
  const odd = SEPARATORS.exec(text)?.[0];
  return odd === undefined ? undefined : `\`${odd}\` separates the parts of a mount`;
}

/** Why a recipe cannot name a path of its image. */
export const whyInvalidImagePath = (text: string): WhyNot =>
  whyInvalidPath(text) ?? whyInvalidRecipePath(text);

/** A path that a recipe names. */
export const recipePlace = (value: StringValue, context: Context): string | undefined =>
  place(value, context, whyInvalidImagePath);

/** What to write instead of a text that is not a valid path. */
function helpForPlace(text: string, whyNot: (text: string) => WhyNot): string {
  const folder = /^(\/[^*?[\]{}]*)\/[^/]*[*?[{]/.exec(text)?.[1];
  if (folder !== undefined && whyInvalidImagePath(folder) === undefined)
    return `name the folder: "${folder}"`;
  if (/\$|^~/.test(text))
    return 'write a path inside the container, such as "/data"; variables of the host have no meaning there';
  const whole = `/${text
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
  return text === '' || whyInvalidImagePath(whole) !== undefined || whyNot(whole) !== undefined
    ? 'choose another path, such as "/data"'
    : `write "${whole}" if you mean that`;
}

export function place(
  value: StringValue,
  context: Context,
  whyNot: (text: string) => WhyNot = whyInvalidPath,
): string | undefined {
  const text = textOf(value);
  const why = whyNot(text);
  if (why === undefined) return tidy(text);
  context.report(values.insidePath, value.span, { text, why, help: helpForPlace(text, whyNot) });
  return undefined;
}

export function inside(value: Value, target: Target, context: Context): string | undefined {
  return value.kind === 'string' ? place(value, context) : wrongType(value, target, context);
}

/** The path of a mounted folder becomes part of an option, which builders and linters unquote differently. */
function whyInvalidCache(text: string): WhyNot {
  const odd = /[^\w@%+=./-]/.exec(text)?.[0];
  return (
    whyInvalidImagePath(text) ?? (odd && `\`${odd}\` would need quotes, which builders read differently here`)
  );
}

const WHY_INVALID_ITEM: Readonly<Record<string, (text: string) => WhyNot>> = { build_cache: whyInvalidCache };

export function insideList(value: Value, target: Target, context: Context): readonly string[] | undefined {
  return listOf(value, target, context, (item, key) =>
    place(item, context, WHY_INVALID_ITEM[key] ?? whyInvalidImagePath),
  );
}

/** A list of words that reach their program unchanged; why one of them is invalid, and what was probably meant. */
const wordsThat =
  (
    whyNot: (text: string) => WhyNot,
    help: (text: string, item: StringValue, list: Value) => string | undefined,
  ) =>
  (value: Value, target: Target, context: Context): readonly string[] | undefined =>
    listOf(value, target, context, (item, key) => {
      const text = textOf(item);
      const why = whyNot(text);
      if (why === undefined) return text;
      context.report(values.oddWord, item.span, { key, text, why, help: help(text, item, value) });
      return undefined;
    });

/** The words that one item probably meant. */
const severalOf = (whyNot: (text: string) => WhyNot) => (text: string) => {
  const words = text.split(/[\s,]+/).filter((one) => one !== '');
  const isSeveral = words.length > 1 && words.every((one) => whyNot(one) === undefined);
  return isSeveral ? `write ${words.map((one) => `"${one}"`).join(', ')}` : undefined;
};

export const packages = wordsThat(whyInvalidPackage, severalOf(whyInvalidPackage));
export const runtimeModules = wordsThat(whyInvalidModule, severalOf(whyInvalidModule));
export const options = wordsThat(whyInvalidOption, (text, item, list) =>
  helpForWord(text, itemBefore(list, item)),
);

/** The text of the item before this one in a list. */
function itemBefore(list: Value, { span }: StringValue): string | undefined {
  const items = list.kind === 'list' ? list.items : [];
  const before = items[items.findIndex((one) => one.span.start === span.start) - 1];
  return before?.kind === 'string' ? textOf(before) : before?.kind === 'word' ? before.text : undefined;
}

function whyInvalidOption(text: string): string | undefined {
  if (/[\0-\x1f\x7f-\x9f]/.test(text)) return 'it contains a control character';
  return /^--?[A-Za-z]/.test(text)
    ? undefined
    : 'an option starts with `-`; write an option with a value as `--name=value`';
}

/** Names of environment variables, or prefixes followed by `*`. */
export function variables(value: Value, target: Target, context: Context): readonly string[] | undefined {
  return listOf(value, target, context, (item, key) => {
    const text = textOf(item);
    if (text.startsWith('DMTCP_')) {
      context.report(names.reservedName, item.span, { name: text, prefix: 'DMTCP_', owner: 'DMTCP' });
      return undefined;
    }
    const what = bashUseOf(text);
    if (what !== undefined) {
      context.report(names.shellVariable, item.span, { name: text, what, key: 'pass' });
      return undefined;
    }
    const ofImage = text === 'PATH' || text.startsWith('LD_');
    if (/^[A-Za-z_]\w*\*?$/.test(text) && !ofImage) return text;
    const why = ofImage
      ? 'the image has its own, and the one of the host names folders that do not exist in the image'
      : 'the name of a variable has letters, digits and `_`, and does not start with a digit; it may end with `*`';
    const fix = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(text)?.[1] ?? /^([A-Za-z_]\w*)=/.exec(text)?.[1];
    context.report(values.oddWord, item.span, { key, text, why, help: fix && `write "${fix}"` });
    return undefined;
  });
}

export function text(value: Value, target: Target, context: Context): string | undefined {
  if (value.kind !== 'string') return wrongType(value, target, context);
  if (isBroken(value)) return undefined;
  const odd = /[\0-\x1f\x7f-\x9f]/.exec(textOf(value));
  if (odd !== null) {
    const at = spanInside(value, odd.index, odd.index + 1);
    context.report(values.controlInText, at, { key: target.key, character: odd[0] });
    return undefined;
  }
  if (textOf(value) !== '') return textOf(value);
  context.report(values.empty, value.span, { key: target.key, what: 'it is empty', required: false });
  return undefined;
}

/** `NAME=value`, one per item; why one is invalid, beyond the checks for all lists. */
const assigning =
  (form: string, why: (name: string) => WhyNot, help: string) =>
  (value: Value, target: Target, context: Context): readonly string[] | undefined =>
    listOf(value, target, context, (item, key) => {
      const text = textOf(item);
      const name = /^[^=]*/.exec(text)?.[0] ?? '';
      const wrong = /[\0-\x1f\x7f-\x9f]/.test(text)
        ? 'it contains a control character'
        : text.includes('=')
          ? why(name)
          : `an item has the form \`${form}\``;
      if (wrong === undefined) return text;
      context.report(values.oddWord, item.span, { key, text, why: wrong, help });
      return undefined;
    });

/** Variables of an image. */
export const assignments = assigning(
  'NAME=text',
  (name) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) return `\`${name}\` is not a valid variable name`;
    return /^(?:DMTCP_|CRFLOW_|SLURM_|LD_)/.test(name)
      ? "in an image, it would override the job's value"
      : undefined;
  },
  'for example "OMP_PLACES=cores"',
);

/** Labels of an image. */
export const labels = assigning(
  'name=text',
  (name) => {
    if (!/^[a-z\d](?:[a-z\d._/-]*[a-z\d])?$/.test(name))
      return `\`${name}\` is not a valid label name: use lower-case letters and digits, with \`.\`, \`-\`, \`_\` or \`/\` between them`;
    return name.startsWith('org.crflow.') ? 'crflow itself sets labels with this name' : undefined;
  },
  'for example "org.opencontainers.image.licenses=MIT"',
);

const matching =
  (pattern: RegExp, why: string, help: string) =>
  (value: Value, target: Target, context: Context): string | undefined => {
    if (value.kind !== 'string') return wrongType(value, target, context);
    const text = textOf(value);
    if (pattern.test(text)) return text;
    context.report(values.oddWord, value.span, { key: target.key, text, why, help });
    return undefined;
  };

/** The user that an image runs as: a name or number, optionally followed by a colon and a group, as in `USER`. */
export const user = matching(
  /^[a-zA-Z0-9_][\w.-]{0,31}(?::[a-zA-Z0-9_][\w.-]{0,31})?$/,
  'a user is a name or a number, optionally followed by a colon and a group',
  'for example "app" or "1000:1000"',
);

/** The platform that an image is built for, as builders spell it. */
export const platform = matching(
  /^linux\/[a-z0-9]+(?:\/v\d+)?$/,
  'a platform is `linux/` followed by an architecture',
  'for example "linux/amd64" or "linux/arm64"',
);
