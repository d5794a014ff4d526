// Turns templates and shell files into modules: one function, used by the bundle (build.mjs) and the tests
// (vitest.config.ts), so that both see the same thing.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import Handlebars from 'handlebars';

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

function compile(file, text) {
  refuseRawOutput(file, Handlebars.parse(text));
  return Handlebars.precompile(text, {
    // Handlebars escapes for HTML unless told not to; `strict` throws on a missing name.
    noEscape: true,
    strict: true,
    preventIndent: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(printable.map((name) => [name, true])),
  });
}

/** A template prints nothing but `{{kind value}}`, and branches with `each`, `if` and `unless`: no raw string. */
function refuseRawOutput(file, program) {
  for (const node of program.body) {
    const at = `${file}:${node.loc.start.line}`;
    if (node.type === 'MustacheStatement') {
      if (!printable.includes(node.path.original) || node.params.length !== 1 || node.hash)
        throw new Error(`${at}: a template prints {{kind value}}, with kind one of ${printable.join(', ')}`);
    } else if (node.type === 'BlockStatement') {
      if (!blocks.includes(node.path.original)) throw new Error(`${at}: unknown block ${node.path.original}`);
      for (const part of [node.program, node.inverse]) if (part) refuseRawOutput(file, part);
    } else if (node.type !== 'ContentStatement' && node.type !== 'CommentStatement') {
      throw new Error(`${at}: ${node.type} is not for templates of shell text`);
    }
  }
}
