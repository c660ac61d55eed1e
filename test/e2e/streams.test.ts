/** exec, attach, port-forward, cp and logs with the real kubectl, through the API, on real containers. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer, text as textOf } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { program } from './hooklet.ts';
import { NODE_NAME, StreamedNode } from './streamed-node.ts';

const MIB = 1024 * 1024;
const PATIENCE_MS = 60_000;
let node: StreamedNode;

const spec = (name: string, rest: string): string => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  nodeName: ${NODE_NAME}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 0
${rest}`;

const web = spec(
  'web',
  `  containers:
    - name: main
      image: localhost/hooklet/base:1
      stdin: true
      command: [sh, -c, 'i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo line $i; done; while read said; do echo heard $said; done']
    - name: server
      image: localhost/hooklet/base:1
      command: [sh, -c, 'seq 1 40000 > /page; exec httpd -f -p 8080 -h /']`,
);

const kubectl = (args: readonly string[]): ChildProcess => node.kubectl.spawn(args);

/** Resolves once the child's output matches. */
async function said(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(chunk);
    const found = pattern.exec(text);
    if (found !== null) {
      clearTimeout(timer);
      return found;
    }
  }
  throw new Error(`it never said ${pattern}: ${text}`);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`it never came that ${what}`);
    await delay(50);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

before(async () => {
  node = await StreamedNode.open();
  await node.start(web);
});
after(() => node?.close());

describe('kubectl exec', () => {
  it('keeps the streams apart and passes the exit code on', async () => {
    const { code, stdout, stderr } = await node.kubectl.run([
      'exec',
      'web',
      '-c',
      'main',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    ]);
    assert.deepEqual([code, stdout, stderr], [7, 'out\n', 'err\ncommand terminated with exit code 7\n']);
  });

  it('passes standard input on to its end', async () => {
    const { code, stdout } = await node.kubectl.run(['exec', '-i', 'web', '-c', 'main', '--', 'wc', '-c'], { input: 'x'.repeat(3 * MIB) });
    assert.deepEqual([code, stdout.trim()], [0, String(3 * MIB)]);
  });

  it('carries 100 MB out, byte by byte', async () => {
    const child = kubectl(['exec', 'web', '-c', 'main', '--', 'sh', '-c', 'yes 0123456789abcdef | head -c 100000000']);
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of child.stdout ?? []) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
    const expected = createHash('sha256').update('0123456789abcdef\n'.repeat(Math.ceil(100_000_000 / 17)).slice(0, 100_000_000));
    assert.deepEqual([size, hash.digest('hex')], [100_000_000, expected.digest('hex')]);
  });

  it('gives a terminal, with its size', async () => {
    const { kubeconfig, directory } = node.served;
    const run =
      'stty cols 91 rows 33; kubectl exec -it web -c main -- sh -c "until stty size 2>/dev/null | grep .; do sleep 0.1; done; exit 3"';
    const env = { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig, SHELL: '/bin/sh', TERM: 'xterm' };
    const child = spawn('script', ['-qec', run, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = String(await buffer(child.stdout));
    await ended(child);
    assert.deepEqual([/33 91/.test(output), child.exitCode], [true, 3], output);
  });

  it('killed, ends the input of what it ran, and nothing else', async () => {
    const child = kubectl(['exec', '-i', 'web', '-c', 'main', '--', 'sh', '-c', 'echo here; cat; touch /left']);
    await said(child, /here/);
    child.kill('SIGKILL');
    await until(
      'the program saw its end',
      async () => (await node.kubectl.run(['exec', 'web', '-c', 'main', '--', 'test', '-e', '/left'])).code === 0,
    );
    assert.deepEqual(node.served.logged, []);
  });

  it('says what is wrong before anything is upgraded', async () => {
    assert.equal(
      await node.kubectl.fails('exec web -c nope -- true'),
      'Error from server (BadRequest): container nope is not valid for pod web\n',
    );
    assert.match(await node.kubectl.fails('exec web -c main -- /no/such'), /stat \/no\/such: no such file or directory/);
    assert.match(await node.kubectl.fails('exec nobody -- true'), /pods "nobody" not found/);
    assert.match(await node.kubectl.fails('--context=nobody exec web -c main -- true'), /Forbidden/);
  });
});

describe('kubectl attach', () => {
  it('talks with what runs, and leaves it running', async () => {
    const child = kubectl(['attach', '-i', 'web', '-c', 'main']);
    child.stdin?.write('hello\n');
    await said(child, /heard hello/);
    child.kill('SIGKILL');
    await ended(child);
    assert.equal(await node.kubectl.ok('get pod web -o jsonpath={.status.containerStatuses[*].restartCount}'), '0 0');
  });
});

describe('kubectl port-forward', () => {
  it('carries many connections at once, byte by byte', async () => {
    const child = kubectl(['port-forward', 'web', ':8080']);
    try {
      const [, port = ''] = await said(child, /127\.0\.0\.1:(\d+) -> 8080/);
      await Promise.all(Array.from({ length: 24 }, () => fetched(Number(port))));
    } finally {
      child.kill('SIGTERM');
    }
    await ended(child);
  });

  it('survives a port where nobody listens', async () => {
    const child = kubectl(['port-forward', 'web', ':8081']);
    try {
      const [, port = ''] = await said(child, /127\.0\.0\.1:(\d+) -> 8081/);
      const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
      socket.resume();
      await once(socket, 'close');
    } finally {
      child.kill('SIGTERM');
    }
    await ended(child);
    assert.deepEqual(node.served.logged, []);
  });
});

async function fetched(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/page`, { headers: { connection: 'close' } });
  assert.equal(await answer.text(), page);
}

const page = `${Array.from({ length: 40_000 }, (_, index) => index + 1).join('\n')}\n`;

describe('kubectl cp', () => {
  it('copies a directory there and back', async () => {
    const { directory } = node.served;
    await mkdir(join(directory, 'there/deep'), { recursive: true });
    const bytes = randomBytes(2 * MIB);
    await writeFile(join(directory, 'there/deep/random'), bytes);
    await writeFile(join(directory, 'there/empty'), '');
    await node.kubectl.ok('cp -c main there web:/copied');
    await node.kubectl.ok('cp -c main web:/copied back');
    assert.ok((await readFile(join(directory, 'back/deep/random'))).equals(bytes));
    assert.equal((await readFile(join(directory, 'back/empty'))).length, 0);
  });
});

// What a program writes right before its end, containerd 1.6 may lose; so it waits a moment here.
describe('kubectl logs', () => {
  it('shows all, the end, with times, and cut', async () => {
    const lines = (await node.kubectl.ok('logs web -c main')).split('\n');
    assert.deepEqual(lines.slice(0, 5), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    assert.equal(await node.kubectl.ok('logs web -c main --limit-bytes=9'), 'line 1\nli');
    assert.match(await node.kubectl.ok('logs web -c main --tail=1 --timestamps'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \S.*\n$/);
    assert.equal(await node.kubectl.ok('logs web -c main --since-time=2100-01-01T00:00:00Z'), '');
    assert.equal(await node.kubectl.ok('logs web -c main --tail=0'), '');
  });

  it('says what is wrong as upstream does', async () => {
    assert.match(
      await node.kubectl.fails('logs web -c main --previous'),
      /\(BadRequest\): previous terminated container "main" in pod "web" not found/,
    );
    assert.match(
      await node.kubectl.fails('get --raw /api/v1/namespaces/default/pods/web/log'),
      /a container name must be specified for pod web, choose one of: \[main server\]/,
    );
    assert.match(
      await node.kubectl.fails('get --raw /api/v1/namespaces/default/pods/web/log?container=main&tailLines=-1'),
      /PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0/,
    );
  });

  it('follows an instance until it has ended and all is told, and shows the one before', async () => {
    const restarting = `  restartPolicy: OnFailure
  containers:
    - name: main
      image: localhost/hooklet/base:1
      volumeMounts: [{name: kept, mountPath: /kept}]
      command: [sh, -c, 'if [ -e /kept/again ]; then echo second; exec sleep 3600; fi; touch /kept/again; echo first; sleep 2; seq 1 20000; sleep 1; exit 1']
  volumes: [{name: kept, emptyDir: {}}]`;
    await node.start(spec('crashing', restarting));
    const first = ['first', ...Array.from({ length: 20_000 }, (_, index) => String(index + 1)), ''].join('\n');
    assert.equal(await node.kubectl.ok('logs -f crashing'), first);
    await until('it has begun again', async () => (await node.kubectl.ok('logs crashing')) === 'second\n');
    assert.equal(await node.kubectl.ok('logs crashing --previous'), first);
    assert.equal(await node.kubectl.ok('logs crashing --previous --tail=2'), '19999\n20000\n');
  });

  it('has nothing to show while postStart runs; exec works already', async () => {
    const hooked = `  containers:
    - name: main
      image: localhost/hooklet/base:1
      command: [sh, -c, 'echo up; exec sleep 3600']
      lifecycle: {postStart: {exec: {command: [sh, -c, 'while [ ! -e /go ]; do sleep 0.1; done']}}}`;
    await node.kubectl.ok('create -f -', { input: spec('hooked', hooked) });
    await until('it runs', async () => (await node.kubectl.run(['exec', 'hooked', '--', 'true'])).code === 0);
    assert.match(
      await node.kubectl.fails('logs hooked'),
      /\(BadRequest\): container "main" in pod "hooked" is waiting to start: ContainerCreating/,
    );
    await node.kubectl.ok('exec hooked -- touch /go');
    await node.kubectl.ok('wait --for=condition=Ready --timeout=30s pod/hooked');
    assert.equal(await node.kubectl.ok('logs hooked'), 'up\n');
  });

  it('reading slowly, holds up nobody and fills no memory', async () => {
    const talking = `  containers:
    - name: main
      image: localhost/hooklet/base:1
      command: [sh, -c, 'yes 0123456789abcdef0123456789abcdef0123456789abcdef | head -c 60000000; exec sleep 3600']`;
    await node.start(spec('talking', talking));
    await until('all is written', async () => Number(await size('talking')) > 60_000_000);
    const before = process.memoryUsage().rss;
    const child = kubectl(['logs', '-f', 'talking']);
    await once(child.stdout ?? child, 'readable');
    await delay(1500);
    assert.ok(process.memoryUsage().rss - before < 60 * MIB, `${Math.round((process.memoryUsage().rss - before) / MIB)} MiB more`);
    assert.equal(await node.kubectl.ok('logs web -c main --tail=1 --limit-bytes=4').then((text) => text.length), 4);
    child.kill('SIGKILL');
    await ended(child);
  });
});

describe('hooklet exec and port-forward', () => {
  const hooklet = (...args: readonly string[]): ChildProcess => {
    const [command = '', ...rest] = args;
    return spawn(program, [command, '--kubeconfig', node.served.kubeconfig, ...rest], { stdio: 'pipe' });
  };
  const outcome = async (child: ChildProcess, input = ''): Promise<readonly [code: number | null, stdout: string, stderr: string]> => {
    child.stdin?.on('error', () => {}).end(input);
    const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map(async (stream) => (stream === null ? '' : textOf(stream))));
    await ended(child);
    return [child.exitCode, stdout ?? '', stderr ?? ''];
  };

  it('run a program with its streams and its exit code', async () => {
    assert.deepEqual(await outcome(hooklet('exec', 'web', '-c', 'main', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')), [
      7,
      'out\n',
      'err\n',
    ]);
    assert.deepEqual(await outcome(hooklet('exec', '-i', 'web', '-c', 'main', '--', 'wc', '-c'), 'x'.repeat(3 * MIB)), [
      0,
      `${3 * MIB}\n`,
      '',
    ]);
    const [code, , stderr] = await outcome(hooklet('exec', 'web', '-c', 'nope', '--', 'true'));
    assert.deepEqual([code, stderr], [2, 'error: container nope is not valid for pod web\n']);
  });

  it('carry 100 MB out', async () => {
    const child = hooklet('exec', 'web', '-c', 'main', '--', 'head', '-c', '100000000', '/dev/zero');
    let size = 0;
    for await (const chunk of child.stdout ?? []) size += (chunk as Buffer).length;
    await ended(child);
    assert.deepEqual([size, child.exitCode], [100_000_000, 0]);
  });

  it('give a terminal, with its size', async () => {
    const words = 'until stty size 2>/dev/null | grep .; do sleep 0.1; done; exit 3';
    const run = `stty cols 91 rows 33; ${program} exec --kubeconfig ${node.served.kubeconfig} -it web -c main -- sh -c "${words}"`;
    const child = spawn('script', ['-qec', run, '/dev/null'], { stdio: 'pipe' });
    const output = String(await buffer(child.stdout));
    await ended(child);
    assert.deepEqual([/33 91/.test(output), child.exitCode], [true, 3], output);
  });

  it('reach a port, many times at once, until Ctrl-C', async () => {
    const child = hooklet('port-forward', 'web', ':8080');
    const [, port = ''] = await said(child, /127\.0\.0\.1:(\d+) -> 8080/);
    await Promise.all(Array.from({ length: 24 }, () => fetched(Number(port))));
    child.kill('SIGINT');
    await ended(child);
    assert.equal(child.exitCode, 0);
  });
});

const run = promisify(execFile);

/** Of all logs of a Pod, in bytes. */
async function size(pod: string): Promise<string> {
  const uid = await node.kubectl.ok(`get pod ${pod} -o jsonpath={.metadata.uid}`);
  const { stdout } = await run('du', ['-sb', join(node.logsDir, uid)]);
  return stdout.split('\t')[0] ?? '';
}
