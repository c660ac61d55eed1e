/** The command line as its users meet it: the launcher, real arguments, exit codes. Nothing here starts a Pod. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { readVersion } from '../version.ts';

const launcher = new URL('../../bin/hooklet', import.meta.url).pathname;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let directory = '';
const stateDir = (): string => join(directory, 'state');

async function hooklet(args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
  const env = { ...process.env, HOOKLET_STATE_DIR: stateDir(), NO_COLOR: '1' };
  const child = spawn(launcher, args, { env, stdio: 'pipe' });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

const manifest = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${JSON.stringify(name)}}\nspec:\n  containers:\n  - {name: main, image: 'localhost/hooklet/base:1'}\n${more}`;

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooklet-cli-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('hooklet', () => {
  it('tells its version', async () => {
    deepEqual(await hooklet(['--version']), { code: 0, stdout: `${readVersion()}\n`, stderr: '' });
  });

  it('explains every command with an example', async () => {
    const { stdout } = await hooklet(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
    ok(names.length > 0);
    for (const command of [[], ...names.map((name) => [name]), ['hooks', 'output']]) {
      const help = await hooklet([...command, '--help']);
      equal(help.code, 0);
      match(help.stdout, /Examples?:\n {2}\$ /, `hooklet ${command.join(' ')} --help has no example`);
    }
  });

  const misuses: Readonly<Record<string, readonly string[]>> = {
    'no command': [],
    'an unknown command': ['rnu'],
    'an unknown option': ['run', '--frobnicate', 'pod.yaml'],
    'no file': ['run'],
    'a kernel parameter of the whole machine': ['run', '--allowed-unsafe-sysctls', 'net.*,vm.swappiness', 'pod.yaml'],
    'a kernel parameter by half a word': ['run', '--allowed-unsafe-sysctls', 'kernel.*', 'pod.yaml'],
    'a broken duration': ['run', '--for', '20', 'pod.yaml'],
    'an unknown output format': ['hooks', '-o', 'yaml'],
    'an unknown hook': ['hooks', 'output', 'demo', '--hook', 'preStart'],
    'a runtime endpoint that is no socket': ['run', '--runtime-endpoint', 'tcp://127.0.0.1:1', 'pod.yaml'],
    'a runtime endpoint that is a relative path': ['image', 'list', '--runtime-endpoint', 'unix://run/x.sock'],
    'a runtime endpoint that is a directory': ['image', 'list', '--runtime-endpoint', '/run/'],
    'a subnet that is none': ['image', 'list', '--subnet', '10.88.0.0'],
    'a subnet without room': ['image', 'list', '--subnet', '10.88.0.0/30'],
    'an empty state directory': ['hooks', '--state-dir', ''],
    'a state directory without a journal': ['hooks'],
  };
  for (const [what, args] of Object.entries(misuses)) {
    it(`refuses ${what} with exit code 2 and a message`, async () => {
      const { code, stdout, stderr } = await hooklet(args);
      equal(code, 2);
      equal(stdout, '');
      ok(stderr.length > 0);
      ok(!stderr.includes('    at '), stderr);
      ok(!existsSync(stateDir()));
    });
  }
});

describe('hooklet run, given bad input', () => {
  const refusals: Readonly<
    Record<string, { readonly args: () => readonly string[]; readonly input?: string | Uint8Array; readonly says: RegExp }>
  > = {
    'a missing file': { args: () => [join(directory, 'nix.yaml')], says: /no file ".*nix\.yaml"/ },
    'a directory': { args: () => [directory], says: /is a directory/ },
    'the same file twice': { args: () => [file('a.yaml', manifest('a')), join(directory, 'a.yaml')], says: /given twice/ },
    'a file of 50 MB': { args: () => [file('big.yaml', Buffer.alloc(50_000_000, '# big\n'))], says: /big\.yaml.* bytes/ },
    'standard input without end': { args: () => ['-'], input: Buffer.alloc(6_000_000, '# big\n'), says: /stdin.* bytes/ },
    'bytes that are no text': { args: () => [file('bin.yaml', Buffer.from([0x61, 0xff, 0xfe, 0x00]))], says: /bin\.yaml.*UTF-8/ },
    'broken YAML': { args: () => [file('broken.yaml', 'kind: Pod\n  a: [')], says: /broken\.yaml:\d+/ },
    'an empty file': { args: () => [file('empty.yaml', '')], says: /empty\.yaml.*no Pod/ },
    'a wrong type': {
      args: () => ['-'],
      input: manifest('a', '  terminationGracePeriodSeconds: soon\n'),
      says: /stdin:\d+: spec\.terminationGracePeriodSeconds/,
    },
    'a name that is a path': { args: () => ['-'], input: manifest('../../etc'), says: /metadata\.name/ },
    'two Pods of one name': { args: () => ['-'], input: `${manifest('a')}---\n${manifest('a')}`, says: /Duplicate value: "default\/a"/ },
    'one good and one bad file': { args: () => [file('good.yaml', manifest('good')), file('bad.yaml', 'kind: Pod\n')], says: /bad\.yaml/ },
    'two handlers in one hook': {
      args: () => ['-'],
      input: manifest('a').replace("base:1'}", "base:1', lifecycle: {preStop: {exec: {command: [a]}, sleep: {seconds: 1}}}}"),
      says: /may not specify more than 1 handler type/,
    },
  };
  for (const [what, { args, input, says }] of Object.entries(refusals)) {
    it(`refuses ${what}: exit 2, a message, nothing started`, async () => {
      const { code, stdout, stderr } = await hooklet(['run', ...args(), '-o', 'json'], input);
      match(stderr, says);
      equal(code, 2);
      equal(stdout, '');
      ok(stderr.startsWith('hooklet: '), stderr);
      ok(!existsSync(stateDir()), 'the state directory was made');
    });
  }

  it('refuses a million aliases within seconds', async () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) =>
        `a${level}: &a${level} [${Array(10)
          .fill(level === 0 ? 'x' : `*a${level - 1}`)
          .join(', ')}]`,
    );
    const { code, stderr } = await hooklet(['run', '-'], `${levels.join('\n')}\n`);
    equal(code, 2);
    match(stderr, /stdin:\d+: .*alias/);
  });

  it('names an unknown field by its path, as a warning', async () => {
    const { code, stderr } = await hooklet(['run', '-'], manifest('../a', '  restartPolcy: Never\n'));
    equal(code, 2);
    match(stderr, /^hooklet: warning: stdin:\d+: .*restartPolcy/m);
  });
});
