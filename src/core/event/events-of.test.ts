import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { EventNews, Fact, NewFact } from '../journal-record.ts';
import { EMPTY_HISTORY, type PodHistory } from '../pod/pod-history.ts';
import { withEvents } from './events-of.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
};
const at: Instant = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
const main = { container: 'main', restartCount: 2 };
const image = { container: 'main', image: 'web:1' };

type Finished = Extract<Fact, { type: 'hook.finished' }>;
const finished = (more: Partial<Finished>): Finished => ({
  type: 'hook.finished',
  ...main,
  hook: 'postStart',
  handler: 'exec',
  attempt: 1,
  retry: 0,
  outcome: 'failed',
  durationMs: 12,
  ...more,
});
const stopping = (reason: 'podDeleted' | 'postStartFailed' | 'sandboxLost'): Fact => ({
  type: 'container.stopping',
  ...main,
  reason,
  graceSeconds: 30,
  deadline: at,
  hooksDue: [],
});

const isEvent = (fact: NewFact): fact is EventNews => fact.type === 'event';
const eventsOf = (fact: NewFact, history: PodHistory = EMPTY_HISTORY): readonly EventNews[] =>
  withEvents(fact, { pod, history }).filter(isEvent);
const lines = (fact: NewFact, history?: PodHistory): readonly string[] =>
  eventsOf(fact, history).map(({ eventType, reason, message }) => `${eventType} ${reason}: ${message}`);

const withRun = (run: NonNullable<PodHistory['containers'][string]['run']>): PodHistory => ({
  ...EMPTY_HISTORY,
  containers: { main: { run } },
});

const PULL_BACK_OFF = ['Normal BackOff: Back-off pulling image "web:1"', 'Warning Failed: Error: ImagePullBackOff'];

/** The words of `lifecycle.md` 6 and 7.3. */
const WORDS: readonly (readonly [what: string, fact: Fact, events: readonly string[]])[] = [
  ['a pull', { type: 'image.pulling', ...image }, ['Normal Pulling: Pulling image "web:1"']],
  [
    'a present image',
    { type: 'image.pulled', ...image, present: true },
    ['Normal Pulled: Container image "web:1" already present on machine and can be accessed by the pod'],
  ],
  [
    'a pulled image',
    { type: 'image.pulled', ...image, present: false, durationMs: 1234, sizeBytes: 77 },
    ['Normal Pulled: Successfully pulled image "web:1" in 1.234s (1.234s including waiting). Image size: 77 bytes.'],
  ],
  [
    'a pulled image of unknown size',
    { type: 'image.pulled', ...image, present: false, durationMs: 350 },
    ['Normal Pulled: Successfully pulled image "web:1" in 350ms (350ms including waiting).'],
  ],
  [
    'a failed pull',
    { type: 'image.failed', ...image, reason: 'ErrImagePull', message: 'no route' },
    ['Warning Failed: Failed to pull image "web:1": no route', 'Warning Failed: Error: ErrImagePull', ...PULL_BACK_OFF],
  ],
  [
    'an image that may not be pulled',
    {
      type: 'image.failed',
      ...image,
      reason: 'ErrImageNeverPull',
      message: 'Container image "web:1" is not present with pull policy of Never',
    },
    [
      'Warning ErrImageNeverPull: Container image "web:1" is not present with pull policy of Never',
      'Warning Failed: Error: ErrImageNeverPull',
    ],
  ],
  [
    'a created container',
    { type: 'container.created', ...main, containerId: 'c', bootId: 'b', hooksDue: [] },
    ['Normal Created: Container created'],
  ],
  ['a started container', { type: 'container.started', ...main, containerId: 'c' }, ['Normal Started: Container started']],
  [
    'a container that cannot be made',
    { type: 'container.failed', ...main, reason: 'CreateContainerError', message: 'no space' },
    ['Warning Failed: Error: no space'],
  ],
  ['a failed postStart, whose hook has told of it', { type: 'container.failed', ...main, reason: 'PostStartHookError', message: 'x' }, []],
  ['a stop', stopping('podDeleted'), ['Normal Killing: Stopping container main']],
  ['a stop after a failed postStart', stopping('postStartFailed'), ['Normal Killing: FailedPostStartHook']],
  ['a stop for want of a sandbox', stopping('sandboxLost'), ['Normal Killing: Stopping container main']],
  ['a restart at once', { type: 'container.restarting', ...main, backoffMs: 0 }, []],
  [
    'a restart that waits',
    { type: 'container.restarting', ...main, backoffMs: 10_000 },
    ['Warning BackOff: Back-off restarting failed container main in pod demo_shop(u1)'],
  ],
  ['a ready container', { type: 'container.ready', ...main }, []],
];

describe('withEvents()', () => {
  for (const [what, fact, events] of WORDS) {
    it(`tells of ${what}`, () => {
      deepEqual(lines(fact), events);
      deepEqual(
        withEvents(fact, { pod, history: EMPTY_HISTORY }).filter((one) => !isEvent(one)),
        [fact],
      );
      deepEqual([...new Set(eventsOf(fact).map(({ container }) => container))], events.length === 0 ? [] : ['main']);
    });
  }

  it('tells Killing before the stop, every other event after its fact', () => {
    const types = (fact: Fact): readonly string[] => withEvents(fact, { pod, history: EMPTY_HISTORY }).map(({ type }) => type);
    deepEqual(types(stopping('podDeleted')), ['event', 'container.stopping']);
    deepEqual(types({ type: 'container.started', ...main, containerId: 'c' }), ['container.started', 'event']);
  });

  it('tells of no wait for an image when the Pod goes', () => {
    const deleting = { ...EMPTY_HISTORY, deleting: { graceSeconds: 1, firstSeen: at, deadline: at } };
    equal(lines({ type: 'image.failed', ...image, reason: 'ErrImagePull', message: 'x' }, deleting).length, 2);
  });

  it('does not say that a container which was never made is restarted', () => {
    deepEqual(
      lines(
        { type: 'container.restarting', ...main, backoffMs: 10_000 },
        withRun({ restartCount: 2, phase: 'notCreated', isReady: false, round: 0 }),
      ),
      [],
    );
  });

  it('puts the name of a container where its id stands', () => {
    const history = withRun({ restartCount: 2, phase: 'created', isReady: false, round: 0, containerId: 'f00d' });
    deepEqual(lines({ type: 'container.failed', ...main, reason: 'RunContainerError', message: 'task f00d: no such file' }, history), [
      'Warning Failed: Error: task main: no such file',
    ]);
  });
});

describe('withEvents() of a hook', () => {
  for (const outcome of ['succeeded', 'cancelled', 'interrupted'] as const) {
    it(`tells nothing when it was ${outcome}`, () => deepEqual(lines(finished({ outcome, reason: 'x' })), []));
  }

  it('tells a failure in upstream’s words first, then why, then where the output is', () => {
    deepEqual(lines(finished({ exitCode: 3, reason: 'command exited with 3' })), [
      'Warning FailedPostStartHook: PostStartHook failed: command exited with 3; its output: hooklet hooks output shop/demo -c main --hook postStart',
    ]);
    match(
      lines(finished({ hook: 'preStop', exitCode: 3, reason: 'command exited with 3' })).join(),
      /^Warning FailedPreStopHook: PreStopHook failed: command exited with 3; /,
    );
  });

  it('names no place to look where nothing was written: the program could not be started', () => {
    deepEqual(lines(finished({ reason: 'exec: "nope": not found' })), [
      'Warning FailedPostStartHook: PostStartHook failed: exec: "nope": not found',
    ]);
  });

  it('tells an overrun of preStop', () => {
    match(
      lines(finished({ hook: 'preStop', exitCode: 137, outcome: 'timedOut' })).join(),
      /^Warning FailedPreStopHook: PreStopHook failed: it did not end within the grace period; /,
    );
  });

  it('says the same at every repetition, whatever the duration, the attempt and the address', () => {
    const refused = (address: string): string => `Get "http://${address}:80/x": dial tcp ${address}:80: connect: connection refused`;
    const first = finished({ handler: 'httpGet', reason: refused('10.88.0.2') });
    const again = finished({ handler: 'httpGet', reason: refused('10.88.0.9'), durationMs: 99, attempt: 2, restartCount: 4 });
    deepEqual(lines(again), lines(first));
    match(lines(first).join(), /PostStartHook failed: connect: connection refused$/);
  });
});
