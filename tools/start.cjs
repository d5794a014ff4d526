#!/usr/bin/env node
// dist/crc.js: runs the bundle with what V8 made of it when it was built (tools/build.mjs), which saves a good part of
// the start. V8 refuses what another version, or one with other flags, has made; it then reads the bundle as ever.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'BUNDLE.cjs');
const made = join(__dirname, 'BUNDLE.v8');
// As Node itself wraps a module; on the first line, so that places in it stay right.
// The build writes ASCII alone, which is read at once as latin1.
const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(text, {
  filename,
  ...(existsSync(made) ? { cachedData: readFileSync(made) } : {}),
});
// For the build, which has V8 write down what it made.
module.exports = script;
script.runInThisContext()({}, require, {}, filename, __dirname);
