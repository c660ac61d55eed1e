import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HookletError } from '../../ports/hooklet-error.ts';
import type { ApiClient } from './api-client.ts';
import { ClientSession } from './client-session.ts';

function sessionOf(): { readonly session: ClientSession; readonly said: string[]; closeStdout(): void } {
  const said: string[] = [];
  const listeners: (() => void)[] = [];
  const session = new ClientSession({
    client: { address: 'a', namespace: 'team' } as ApiClient,
    stdout: { text: () => {}, onClosed: (listener) => listeners.push(listener) },
    say: (text) => said.push(text),
    now: () => 0,
  });
  return { session, said, closeStdout: () => listeners.map((listener) => listener()) };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('ClientSession', () => {
  it('takes the namespace of the kubeconfig when none was asked for', () => equal(sessionOf().session.namespace, 'team'));

  it('tells every failure and ends with the code of the first', () => {
    const { session, said } = sessionOf();
    session.fail(new HookletError('apiRefused', 'one'));
    session.fail(new HookletError('badInput', 'two\u0007'));
    deepEqual(said, ['one\n', 'two^G\n']);
    equal(session.exitCode, 1);
  });

  it('hides no mistake of its own', () => throws(() => sessionOf().session.fail(new TypeError('x')), TypeError));

  it('ends what would go on for ever on Ctrl-C, and when nobody reads any more', async () => {
    const first = sessionOf();
    const interrupted = first.session.untilStopped(aborted);
    process.emit('SIGINT');
    await interrupted;
    const second = sessionOf();
    const unread = second.session.untilStopped(aborted);
    second.closeStdout();
    await unread;
    equal(process.listenerCount('SIGINT'), 0);
  });

  it('passes on what failed meanwhile', async () => {
    await rejects(
      sessionOf().session.untilStopped(() => Promise.reject(new HookletError('apiRefused', 'x'))),
      { code: 'apiRefused' },
    );
  });
});
