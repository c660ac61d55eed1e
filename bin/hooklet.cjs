#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 node --max-semi-space-size=1 --no-opt
// The program of the published package. Old syntax on purpose: an old Node must get as far as the message below. So the
// first line, at most 127 bytes long, has only options that every Node knows. Why these: see bin/hooklet.
'use strict';

const NEEDED_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED_NODE) {
  process.stderr.write(
    `hooklet: ${process.execPath} is Node ${process.version}, but hooklet needs Node ${NEEDED_NODE} or newer: install it and put it first in PATH\n`,
  );
  process.exit(3);
}

// libuv reads this when its first thread starts, which has not happened yet. Its threads serve files and DNS alike.
if (process.env.UV_THREADPOOL_SIZE === undefined) {
  process.env.UV_THREADPOOL_SIZE = '16';
}

keepHeapSmall();
enableCompileCache();
hideExperimentalWarnings();

// @ts-ignore: made by the build
import('../dist/main.js').catch((error) => {
  process.stderr.write(`hooklet: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});

/** Before the compile cache, which is kept apart for each set of flags. */
function keepHeapSmall() {
  const { setFlagsFromString } = require('node:v8');
  setFlagsFromString('--no-maglev');
  setFlagsFromString('--heap-growing-percent=15');
}

/** Not below the shared temporary directory, Node's default: who can write there decides what we run. */
function enableCompileCache() {
  const path = require('node:path');
  const home = process.env.XDG_CACHE_HOME || (process.env.HOME && path.join(process.env.HOME, '.cache'));
  if (!home || process.env.NODE_COMPILE_CACHE) {
    return;
  }
  const directory = path.join(home, 'hooklet', 'compiled');
  try {
    require('node:fs').mkdirSync(directory, { recursive: true, mode: 0o700 });
    require('node:module').enableCompileCache(directory);
  } catch {
    // Without a cache the start takes a little longer.
  }
}

/** node:sqlite is still called experimental in Node 24; a package cannot pass the option that hides it. */
function hideExperimentalWarnings() {
  const emitWarning = process.emitWarning;
  const filtered = (/** @type {unknown[]} */ ...args) => {
    const [, type] = args;
    const name = typeof type === 'object' && type !== null && 'type' in type ? type.type : type;
    if (name !== 'ExperimentalWarning') {
      Reflect.apply(emitWarning, process, args);
    }
  };
  process.emitWarning = filtered;
}
