#!/usr/bin/env node
// dist/crc.js: runs the two parts of the bundle, the second if the first asks for it, with what V8 made of them when they
// were built (tools/build.mjs), which saves a good part of the start. V8 refuses what another version, or one with other
// flags, has made; it then reads the bundle as ever.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const FILES = { 'crflow:core': 'CORE', 'crflow:rest': 'REST' };
const modules = new Map();
const scripts = new Map();

function load(id) {
  const name = FILES[id];
  if (name === undefined) return require(id);
  const before = modules.get(id);
  if (before !== undefined) return before.exports;
  const filename = `${__dirname}/${name}.cjs`;
  // The build writes ASCII alone, which is read at once as latin1.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: made(name) });
  scripts.set(name, script);
  const module = { exports: {} };
  modules.set(id, module);
  script.runInThisContext()(module.exports, load, module, filename, __dirname);
  return module.exports;
}

function made(name) {
  try {
    return readFileSync(`${__dirname}/${name}.v8`);
  } catch {
    return undefined;
  }
}

// For the build, which has V8 write down what it made.
module.exports = scripts;
load('crflow:core');
