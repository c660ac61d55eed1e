/** A runtime that is there already, given by --runtime-endpoint: what does not answer, and what belongs elsewhere. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Hooklet, program, runToEnd } from './hooklet.ts';
import { leftOnHost } from './left-on-host.ts';
import { container, podText } from './pod-text.ts';
import { PrivateContainerd } from './runtime/private-containerd.ts';

/** Accepts every connection and never says anything. */
async function silentServer(at: number | string): Promise<{ readonly server: Server; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(at);
  await once(server, 'listening');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, close };
}

describe('hooklet run with a runtime endpoint where no runtime answers', () => {
  let hooklet: Hooklet;
  let file: string;
  before(async () => {
    hooklet = await Hooklet.open({ withStateDir: false });
    file = await hooklet.file('pod.yaml', podText('demo', [container('main')]));
  });
  after(async () => hooklet.close());

  const isRefused = async (endpoint: string, said = `unix://${endpoint}`) => {
    for (const args of [
      ['run', file, '--for', '1s', '-o', 'json'],
      ['image', 'list'],
    ]) {
      const { code, stdout, stderr } = await runToEnd(program, [...args, '--runtime-endpoint', endpoint, '--state-dir', hooklet.stateDir]);
      equal(stderr, `hooklet: no container runtime answers at ${said}; start it, or leave --runtime-endpoint out\n`);
      deepEqual([code, stdout], [3, '']);
      ok(!existsSync(hooklet.stateDir), 'a state directory was made');
      deepEqual(await leftOnHost(await hooklet.paths()), []);
    }
  };

  it('because nothing is there, or a file: exit 3, and nothing is made', async () => {
    await isRefused('/no/such/containerd.sock');
    await isRefused(`unix://${file}`, `unix://${file}`);
  });

  it('because what is there never says anything', async () => {
    const socket = `${hooklet.stateDir}.sock`;
    const { close } = await silentServer(socket);
    try {
      await isRefused(socket);
    } finally {
      close();
    }
  });
});

describe('hooklet run on a containerd that is there already', () => {
  const containerd = new PrivateContainerd();
  const endpoint = ['--runtime-endpoint', `unix://${containerd.socket}`];
  let hooklet: Hooklet;
  before(() => containerd.start());
  after(() => containerd.remove());
  beforeEach(async () => {
    hooklet = await Hooklet.open();
    equal((await hooklet.command('image', 'import', containerd.archive, ...endpoint)).code, 0);
  });
  afterEach(async () => hooklet.close());

  it('ends with its Pod, though the pull of its image would go on for ever', { timeout: 60_000 }, async () => {
    const { server, close } = await silentServer(0);
    try {
      const { port } = server.address() as AddressInfo;
      const never = { ...container('main'), image: `127.0.0.1:${port}/never:1` };
      const run = hooklet.runInput(podText('pulls', [never]), '--for', '2s', ...endpoint);
      await run.untilOne('image.pulling');
      await run.untilOne('pod.removed');
      const removed = performance.now();
      await run.ended();
      ok(performance.now() - removed < 5_000, `it went on for ${performance.now() - removed} ms`);
    } finally {
      close();
    }
  });

  it('refuses to judge the Pods that live in its own one', async () => {
    const text = podText('lives', [container('main')]);
    const first = hooklet.runInput(text);
    await first.untilOne('container.ready');
    await first.kill();

    const other = hooklet.runInput(text, '--for', '1s', ...endpoint);
    equal(await other.ended(), 3, other.stderr);
    deepEqual(other.records, []);
    match(
      other.stderr,
      new RegExp(`has Pods left in hooklet's own containerd, not in unix://${containerd.socket}: 1; leave --runtime-endpoint out`),
    );

    const next = hooklet.runInput(text, '--for', '1s');
    equal(await next.ended(), 0, next.stderr);
    equal(next.all('agent.recovered')[0]?.decision, 'continues');
    deepEqual(
      next.all('container.created').map(({ restartCount }) => restartCount),
      [],
    );
    // With no Pod left the other one is as good.
    equal(await hooklet.runInput(text, '--for', '1s', ...endpoint).ended(), 0);
  });
});
