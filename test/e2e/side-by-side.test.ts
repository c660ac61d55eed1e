/** Pods side by side: what one of them waits for is no business of the others. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import { container, documents, exec, podText, shell } from './pod-text.ts';

const minute = { terminationGracePeriodSeconds: 60 };
const slowStart = podText('slow-start', [container('main', { lifecycle: { postStart: exec('sleep', '60') } })], minute);
const slowSleep = podText('slow-sleep', [container('main', { lifecycle: { postStart: { sleep: { seconds: 60 } } } })], minute);
const slowStop = podText('slow-stop', [container('main', { lifecycle: { preStop: exec('sleep', '60') } })], minute);
const quick = podText('quick', [container('main', { lifecycle: { postStart: shell('echo up'), preStop: shell('echo down') } })], minute);

describe('Pods with hooks of 60 s', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  it('delay neither the start nor the end of another Pod', async () => {
    const run = hooklet.runInput(documents(slowStart, slowSleep, slowStop, quick));
    for (const pod of ['slow-start', 'slow-sleep']) await run.untilOne('hook.started', { pod });
    for (const pod of ['quick', 'slow-stop']) await run.untilOne('container.ready', { pod });
    deepEqual(
      run.all('hook.finished').map(({ pod }) => pod),
      ['default/quick'],
    );
    deepEqual(run.all('container.ready', { pod: 'slow-start' }), []);

    const first = performance.now();
    run.signal('SIGINT');
    // A postStart in flight ends at once with the delete, a preStop has the grace of its own Pod.
    for (const pod of ['quick', 'slow-start', 'slow-sleep']) await run.untilOne('pod.removed', { pod });
    ok(performance.now() - first < 15_000);
    await run.untilOne('hook.started', { pod: 'slow-stop', hook: 'preStop' });
    deepEqual(run.all('hook.finished', { pod: 'slow-stop' }), []);
    deepEqual(run.all('pod.removed', { pod: 'slow-stop' }), []);

    run.signal('SIGINT');
    equal(await run.ended(), 1);
    deepEqual(
      run
        .all('hook.finished')
        .map(({ pod, hook, outcome }) => `${pod.slice('default/'.length)} ${hook} ${outcome}`)
        .sort(),
      [
        'quick postStart succeeded',
        'quick preStop succeeded',
        'slow-sleep postStart cancelled',
        'slow-start postStart cancelled',
        'slow-stop preStop timedOut',
      ],
    );
  });
});
