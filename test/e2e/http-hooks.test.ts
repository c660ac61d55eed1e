/** HTTP hooks as their receivers see them: the very bytes, from the real program, with real containers around. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { RawReceiver, type RawReceiverOptions, testCertificate, until } from '../network/raw-receiver.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { container, podText } from './pod-text.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const bytesTo = (host: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: kube-lifecycle/1.36\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n`;

describe('HTTP hooks of hooklet run', () => {
  let hooklet: Hooklet;
  const receivers: RawReceiver[] = [];
  before(async () => {
    hooklet = await Hooklet.open();
  });
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.close();
  });
  after(async () => hooklet.close());

  const serve = async (options: RawReceiverOptions): Promise<RawReceiver> => {
    const receiver = await RawReceiver.open(options);
    receivers.push(receiver);
    return receiver;
  };
  /** The exit code of a run that is ended once all these containers are ready. */
  async function endOnceReady(run: HookletRun, ...names: readonly string[]): Promise<number | null> {
    for (const name of names) await run.untilOne('container.ready', { container: name });
    run.signal('SIGINT');
    return run.ended();
  }

  /** Hooks leave from the node: its loopback is where a test can listen. */
  const here = (port: number, more = {}) => ({ httpGet: { host: '127.0.0.1', port, ...more } });

  it('send exactly what Kubernetes sends, by HTTP and HTTPS, and fall back from the one to the other', async () => {
    const plain = await serve({ answer: () => OK });
    const tls = await serve({ answer: () => 'HTTP/1.1 404 Not Found\r\n\r\n', tls: testCertificate() });
    const httpHeaders = [
      { name: 'x-b', value: '2' },
      { name: 'X-A', value: '1' },
    ];
    const pod = podText('bytes', [
      container('by-http', { lifecycle: { postStart: here(plain.port, { path: '/a b?c=d', httpHeaders }) } }),
      container('by-https', { lifecycle: { postStart: here(tls.port, { scheme: 'HTTPS' }) } }),
      container('falls-back', {
        lifecycle: { postStart: here(plain.port, { scheme: 'HTTPS' }), preStop: here(plain.port, { path: '/stop' }) },
      }),
    ]);
    const run = hooklet.runInput(pod);
    equal(await endOnceReady(run, 'by-http', 'by-https', 'falls-back'), 0, run.stderr);
    deepEqual(plain.requests, [
      `GET /a%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:${plain.port}\r\nUser-Agent: kube-lifecycle/1.36\r\nAccept: */*\r\nX-A: 1\r\nX-B: 2\r\nAccept-Encoding: gzip\r\n\r\n`,
      bytesTo(`127.0.0.1:${plain.port}`, '/'),
      bytesTo(`127.0.0.1:${plain.port}`, '/stop'),
    ]);
    deepEqual(tls.requests, [bytesTo(`127.0.0.1:${tls.port}`, '/')]);
    deepEqual(
      run.all('hook.finished').map(({ container: name, httpStatus }) => [name, httpStatus]),
      [
        ['by-http', 200],
        ['by-https', 404],
        ['falls-back', 200],
        ['falls-back', 200],
      ],
    );
    const fallback = run.all('event').find(({ reason }) => reason === 'LifecycleHTTPFallback');
    equal(fallback?.message, `request to HTTPS lifecycle hook 127.0.0.1:${plain.port} got HTTP response, retry with HTTP succeeded`);
    equal(fallback?.container, undefined);
    const output = await hooklet.command('hooks', 'output', 'bytes', '-c', 'by-https');
    deepEqual([output.code, output.stdout], [0, 'HTTP/1.1 404 Not Found\n'], output.stderr);
  });

  it('go to the node for a Pod in its network', async () => {
    const receiver = await serve({ answer: () => OK, host: '0.0.0.0' });
    const pod = podText('on-node', [container('main', { lifecycle: { postStart: { httpGet: { port: receiver.port } } } })], {
      hostNetwork: true,
    });
    const run = hooklet.runInput(pod);
    equal(await endOnceReady(run, 'main'), 0, run.stderr);
    equal(receiver.requests.length, 1);
  });

  it('wait for a silent receiver, are delivered again after kill -9, and end at once when the Pod goes', async () => {
    const receiver = await serve({ answer: (request) => (request < 2 ? undefined : OK), ending: 'waits' });
    const silent = await serve({ ending: 'waits' });
    const pod = podText('waiting', [container('main', { lifecycle: { postStart: here(receiver.port), preStop: here(silent.port) } })], {
      terminationGracePeriodSeconds: 2,
    });
    const killed = hooklet.runInput(pod);
    await until(() => receiver.requests.length === 1, 'the first delivery is received');
    await killed.kill();
    await until(() => receiver.connections === 0, 'the connection went with the agent');
    const run = hooklet.runInput(pod);
    equal(await endOnceReady(run, 'main'), 1, run.stderr);
    equal(receiver.requests.length, 2);
    deepEqual(
      run.all('hook.finished').map(({ hook, attempt, outcome }) => [hook, attempt, outcome]),
      [
        ['postStart', 2, 'succeeded'],
        ['preStop', 1, 'timedOut'],
      ],
    );
    await until(() => silent.connections === 0, 'the connection is closed with the grace');
  });

  it('go where --hook-hosts lets them', async () => {
    const receiver = await serve({ answer: () => OK });
    const metadata = container('metadata', { lifecycle: { preStop: { httpGet: { host: '169.254.169.254', port: 80 } } } });
    const pod = podText('policy', [metadata, container('loopback', { lifecycle: { preStop: here(receiver.port) } })]);
    const byDefault = hooklet.runInput(pod);
    equal(await endOnceReady(byDefault, 'metadata', 'loopback'), 1, byDefault.stderr);
    const ofMetadata = byDefault.all('hook.finished', { container: 'metadata' })[0];
    match(
      ofMetadata?.reason ?? '',
      /: dial tcp 169\.254\.169\.254:80: --hook-hosts deny-link-local does not let hooks or probes connect there/,
    );
    equal(receiver.requests.length, 1);
    const toPod = hooklet.runInput(pod, '--hook-hosts', 'pod');
    equal(await endOnceReady(toPod, 'metadata', 'loopback'), 1, toPod.stderr);
    equal(toPod.all('hook.finished').length, 2);
    ok(toPod.all('hook.finished').every(({ outcome, reason }) => outcome === 'failed' && reason?.includes('--hook-hosts pod')));
    equal(receiver.requests.length, 1);
  });
});
