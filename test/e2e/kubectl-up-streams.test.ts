/** The real kubectl with `hooklet up`: what goes in and out of containers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ChildOutput } from './child-output.ts';
import type { Kubectl } from './kubectl.ts';
import { LISTENS, ofShell, podOf } from './kubectl-pods.ts';
import { type KubectlProgram, kubectlPrograms } from './kubectl-programs.ts';
import { UpNode } from './up-node.ts';

const programs = await kubectlPrograms();
let up: UpNode;
before(async () => {
  up = await UpNode.open();
  const kubectl = await up.kubectl();
  const more = { stdin: true };
  await kubectl.ok('create -f -', { input: podOf('web', ofShell(`echo page > /index.html; httpd -p 8080 -h /; ${LISTENS}`, more)) });
  await kubectl.ok('wait pod/web --for=condition=Ready --timeout=60s');
});
after(() => up?.close());

for (const program of programs) describe(`kubectl ${program.version} with hooklet up`, { concurrency: 4 }, () => withKubectl(program));

function withKubectl({ path, version }: KubectlProgram): void {
  let kubectl: Kubectl;
  before(async () => {
    kubectl = await up.kubectl(path);
  });

  it('logs -f follows what the container says; attach talks to it', async () => {
    const logs = new ChildOutput(kubectl.spawn(['logs', '-f', 'web']));
    await logs.says(/^up$/m);
    const attached = new ChildOutput(kubectl.spawn(['attach', '-i', 'web']));
    const word = `from-${version}`;
    attached.child.stdin?.write(`${word}\n`);
    await attached.says(new RegExp(`^heard ${word}$`, 'm'));
    await logs.says(new RegExp(`^heard ${word}$`, 'm'));
    await Promise.all([attached.ends('SIGKILL'), logs.ends('SIGTERM')]);
    assert.equal(await kubectl.ok('get pod web -o jsonpath={.status.containerStatuses[0].restartCount}'), '0');
  });

  it('exec passes input, both outputs and the exit code', async () => {
    const script = 'cat; echo out; echo err >&2; exit 7';
    const { code, stdout, stderr } = await kubectl.run(['exec', '-i', 'web', '--', 'sh', '-c', script], { input: 'in\n' });
    assert.deepEqual([code, stdout, stderr], [7, 'in\nout\n', 'err\ncommand terminated with exit code 7\n']);
  });

  it('exec gives a terminal', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: up.stateDir, KUBECONFIG: up.kubeconfig, SHELL: '/bin/sh', TERM: 'xterm' };
    const line = `${kubectl.program} exec -it web -- sh -c 'test -t 0 && test -t 1 && tty; read word; echo "got $word"; exit 3'`;
    // util-linux: makes a terminal on this side, and passes the exit code on.
    const child = spawn('script', ['-qec', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const terminal = new ChildOutput(child);
    await terminal.says(/\/dev\/pts\/\d+/);
    child.stdin.write('typed\n');
    await terminal.says(/got typed/);
    assert.equal(await terminal.ends(), 3, terminal.stdout);
  });

  it('port-forward reaches a port of the Pod', async () => {
    const forward = new ChildOutput(kubectl.spawn(['port-forward', 'web', ':8080']));
    const [, port = ''] = await forward.says(/127\.0\.0\.1:(\d+) -> 8080/);
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetch(`http://127.0.0.1:${port}/index.html`, { headers: { connection: 'close' } })),
    );
    for (const answer of answers) assert.equal(await answer.text(), 'page\n');
    await forward.ends('SIGTERM');
  });

  it('cp copies a directory there and back', async () => {
    const own = `copy-${version}`;
    await mkdir(join(up.stateDir, own, 'deep'), { recursive: true });
    const bytes = Buffer.alloc(300_000, version);
    await writeFile(join(up.stateDir, own, 'deep', 'file'), bytes);
    await kubectl.ok(`cp ${own} web:/${own}`);
    await kubectl.ok(`cp web:/${own} ${own}-back`);
    assert.ok(bytes.equals(await readFile(join(up.stateDir, `${own}-back`, 'deep', 'file'))));
  });
}
