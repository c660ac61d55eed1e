/** `bin/hooklet` of a checkout: which Node it takes, what it sets, and what it says when it can take none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooklet-launcher-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** `file` below the temporary directory, executable. */
function writeProgram(file: string, text: string): void {
  mkdirSync(join(directory, file, '..'), { recursive: true });
  writeFileSync(join(directory, file), `#!/bin/sh\n${text}\n`);
  chmodSync(join(directory, file), 0o755);
}

/** A checkout with nothing in it but the launcher, and perhaps what npm leaves behind. */
function emptyCheckout({ hasPackages }: { readonly hasPackages: boolean }): string {
  mkdirSync(join(directory, 'bin'), { recursive: true });
  copyFileSync(join(root, 'bin/hooklet'), join(directory, 'bin/hooklet'));
  if (hasPackages) {
    mkdirSync(join(directory, 'node_modules'));
    writeFileSync(join(directory, 'node_modules/.package-lock.json'), '{}');
  }
  return join(directory, 'bin/hooklet');
}

/** `programs` comes first in PATH; the host's own Node is not in it. */
function launch(launcher: string, ...args: readonly string[]) {
  const env = { PATH: `${join(directory, 'programs')}:/tools`, HOME: directory };
  mkdirSync(join(directory, 'programs'), { recursive: true });
  for (const name of ['readlink', 'mkdir']) {
    symlinkSync(`/usr/bin/${name}`, join(directory, 'programs', name));
  }
  const { status, stdout, stderr } = spawnSync('/bin/sh', [launcher, ...args], { cwd: directory, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('bin/hooklet', () => {
  it('finds its checkout through symbolic links', () => {
    symlinkSync(join(root, 'bin/hooklet'), join(directory, 'first'));
    symlinkSync('first', join(directory, 'second'));
    assert.deepEqual(launch(join(directory, 'second'), '--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('becomes the program: one process, 16 threads for files and DNS', () => {
    const reportItself = "data:text/javascript,process.stdout.write([process.pid,process.env.UV_THREADPOOL_SIZE,''].join())";
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: `--import=${reportItself}` };
    const { pid, stdout } = spawnSync(join(root, 'bin/hooklet'), ['--version'], { env, encoding: 'utf8' });
    assert.equal(stdout, `${pid},16,${version}\n`);
  });

  it('keeps the memory of an agent small', () => {
    const reportItself = "data:text/javascript,process.stdout.write([process.env.MALLOC_ARENA_MAX,...process.execArgv,''].join())";
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: `--import=${reportItself}` };
    const { stdout } = spawnSync(join(root, 'bin/hooklet'), ['--version'], { env, encoding: 'utf8' });
    assert.match(stdout, /^1,.*--max-semi-space-size=1,--heap-growing-percent=15,--no-opt,--no-maglev,/);
  });

  it('keeps compiled code where only its user can write', () => {
    launch(join(root, 'bin/hooklet'), '--version');
    const cache = statSync(join(root, 'node_modules/.cache/hooklet'));
    assert.equal(cache.mode & 0o777, 0o700);
  });

  it('takes the Node of the host where none is packaged', () => {
    writeProgram('programs/node', 'if [ "$1" = --version ]; then echo v24.0.0; else echo "ran $*"; fi');
    const { status, stdout } = launch(emptyCheckout({ hasPackages: true }), 'run', 'a b.yaml');
    assert.match(stdout, /^ran --disable-warning=ExperimentalWarning --/);
    assert.ok(stdout.endsWith(` ${directory}/src/main.ts run a b.yaml\n`), stdout);
    assert.equal(status, 0);
  });

  const refusals: readonly { readonly title: string; readonly hasPackages: boolean; readonly node?: string; readonly message: RegExp }[] = [
    { title: 'without npm packages', hasPackages: false, message: /^hooklet: its npm packages are not installed: run 'npm ci' in \// },
    {
      title: 'without any Node',
      hasPackages: true,
      message: /^hooklet: Node 24 or newer was not found: install it, or run 'npm ci' in \//,
    },
    {
      title: 'with an old Node',
      hasPackages: true,
      node: 'v20.20.2',
      message: /^hooklet: .*\/node is Node v20\.20\.2, but hooklet needs Node 24 or newer/,
    },
  ];
  for (const { title, hasPackages, node, message } of refusals) {
    it(`exits 3 with the remedy ${title}`, () => {
      if (node !== undefined) {
        writeProgram('programs/node', `echo ${node}`);
      }
      const { status, stderr } = launch(emptyCheckout({ hasPackages }), '--version');
      assert.match(stderr, message);
      assert.equal(stderr.split('\n').length, 2, 'one line');
      assert.equal(status, 3);
    });
  }
});
