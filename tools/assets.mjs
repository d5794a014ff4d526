// Turns templates and shell files into modules: one function, used by the bundle (build.mjs) and the tests
// (vitest.config.ts), so that both see the same thing.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import Handlebars from 'handlebars';

/** What a template may print: each name takes one piece of shell text of that kind (src/emit/shell-text.ts). */
const printable = ['word', 'number', 'code', 'comment', 'directive', 'verbatim'];
const blocks = ['each', 'if', 'unless'];

/** Source of a module for the asset in `file`, or undefined if it is none. */
export function assetModule(file, text) {
  if (file.endsWith('.sh')) return `export default ${JSON.stringify(text)};`;
  if (file.endsWith('.schema')) return validator(text.trim());
  if (file.endsWith('.hbs')) return `export default ${compile(file, text)};`;
  return undefined;
}

/**
 * A JSON schema as a function that validates: made here, so that crc need not load ajv to look at a file. It calls for
 * nothing at run time as long as the schema has no uniqueItems of objects and no lengths of strings.
 */
function validator(schema) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, code: { source: true, esm: true } });
  const text = standalone.default(ajv, ajv.compile(JSON.parse(readFileSync(schema, 'utf8'))));
  if (/\brequire\(/.test(text)) throw new Error(`${schema}: its validator would need ajv at run time`);
  return text;
}

/**
 * A template as a function of what it shows, and of what prints a value of a kind. Handlebars' own compiler makes code that needs its
 * runtime, which takes longer to start than a flow takes to compile.
 */
function compile(file, text) {
  const program = Handlebars.parse(text);
  refuseRawOutput(file, program);
  return `(view, print) => {
  const of = (from, name) => {
    if (!(name in from)) throw new Error(\`${file}: there is no \${name}\`);
    return from[name];
  };
  const is = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  let text = '';
  ${codeOf(program, 0)}
  return text;
}`;
}

/** The code of a part of a template; `depth`: how many `each` it is in. */
function codeOf(program, depth) {
  const view = depth === 0 ? 'view' : `view${depth}`;
  const shown = ({ data, original, parts: [name] }) => {
    if (data) return `(i${depth} === 0)`;
    return original === 'this' ? view : `of(${view}, ${JSON.stringify(name)})`;
  };
  const partOf = (node) => {
    const [value] = node.params?.map(shown) ?? [];
    switch (node.type) {
      case 'ContentStatement':
        return `text += ${JSON.stringify(node.value)};`;
      case 'MustacheStatement':
        return `text += print(${JSON.stringify(node.path.original)}, ${value});`;
      case 'BlockStatement': {
        const inner = (part, at = depth) => (part ? codeOf(part, at) : '');
        if (node.path.original === 'each')
          return `${value}.forEach((view${depth + 1}, i${depth + 1}) => { ${inner(node.program, depth + 1)} });`;
        const not = node.path.original === 'unless' ? '!' : '';
        return `if (${not}is(${value})) { ${inner(node.program)} } else { ${inner(node.inverse)} }`;
      }
      default:
        return '';
    }
  };
  return program.body.map(partOf).join('\n');
}

/**
 * A template prints nothing but `{{kind value}}`, and branches with `each`, `if` and `unless`: no raw string. A value is a name,
 * `this` or, in `each`, `@first`.
 */
function refuseRawOutput(file, program) {
  for (const node of program.body) {
    const at = `${file}:${node.loc.start.line}`;
    if (node.type === 'MustacheStatement') {
      if (!printable.includes(node.path.original) || node.params.length !== 1 || node.hash)
        throw new Error(`${at}: a template prints {{kind value}}, with kind one of ${printable.join(', ')}`);
    } else if (node.type === 'BlockStatement') {
      if (!blocks.includes(node.path.original)) throw new Error(`${at}: unknown block ${node.path.original}`);
      if (node.path.original === 'each' && node.inverse) throw new Error(`${at}: each has no else here`);
      for (const part of [node.program, node.inverse]) if (part) refuseRawOutput(file, part);
    } else if (node.type !== 'ContentStatement' && node.type !== 'CommentStatement') {
      throw new Error(`${at}: ${node.type} is not for templates of shell text`);
    }
  }
}
