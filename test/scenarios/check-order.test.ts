/** The checker itself: a history that breaks a rule is told, one that keeps them all is not. */
import { deepEqual, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs, type Instant } from '../../src/core/instant.ts';
import type { Fact, JournalRecord } from '../../src/core/journal-record.ts';
import type { Pod } from '../../src/model/pod.ts';
import { checkOrder } from './check-order.ts';
import { container, pod } from './scenario.ts';

const START: Instant = { bootId: 'b', monotonicMs: 0, wallMs: Date.UTC(2030, 0, 1) };
const at = (seconds: number): Instant => addMs(START, seconds * 1000);

const manifest = pod('demo', [container('main')], {
  initContainers: [container('setup'), container('proxy', { restartPolicy: 'Always' })],
});
const spec: Pod = { ...manifest, metadata: { ...manifest.metadata, uid: 'u' } };

const made = (name: string, restartCount = 0): readonly Fact[] => {
  const of = { container: name, restartCount };
  const containerId = `${name}-${restartCount}`;
  return [
    { type: 'container.created', ...of, containerId, bootId: 'b', hooksDue: [] },
    { type: 'container.started', ...of, containerId },
  ];
};
const ready = (name: string, restartCount = 0): Fact => ({ type: 'container.ready', container: name, restartCount });
const exited = (name: string, exitCode = 0, restartCount = 0): Fact => ({
  type: 'container.exited',
  container: name,
  restartCount,
  exitCode,
  reason: 'Completed',
  by: 'self',
});
const stopping = (name: string): Fact => ({
  type: 'container.stopping',
  container: name,
  restartCount: 0,
  reason: 'podDeleted',
  graceSeconds: 10,
  deadline: at(10),
  hooksDue: [],
});
const signal = (name: string, seconds: number): Fact => ({
  type: 'signal.sent',
  container: name,
  restartCount: 0,
  signal: 'SIGTERM',
  at: at(seconds),
  deadline: at(12),
});
const restarting: Fact = { type: 'pod.restarting', trigger: 'main' };
const deleting: Fact = { type: 'pod.deleting', graceSeconds: 10, firstSeen: at(0), deadline: at(10) };
const ended: Fact = { type: 'pod.ended', phase: 'Succeeded' };

const initialised = [...made('setup'), exited('setup'), ...made('proxy'), ready('proxy')];
const runs = [...initialised, ...made('main'), ready('main')];

function judged(...facts: readonly Fact[]): readonly string[] {
  const all: readonly Fact[] = [{ type: 'pod.accepted', spec }, { type: 'sandbox.ready', sandboxId: 's', attempt: 0 }, ...facts];
  return checkOrder(all.map((fact): JournalRecord => ({ time: '2030-01-01T00:00:00.000Z', pod: 'default/demo', uid: 'u', ...fact })));
}

const GOOD: readonly (readonly [what: string, facts: readonly Fact[]])[] = [
  ['a whole life', [...runs, deleting, stopping('proxy'), stopping('main'), exited('main'), signal('proxy', 5), exited('proxy'), ended]],
  ['a sidecar that is signalled at the deadline', [...runs, deleting, stopping('proxy'), stopping('main'), signal('proxy', 10)]],
  ['a sidecar that starts again', [...runs, exited('proxy', 1), ...made('proxy', 1)]],
  ['a restart of all', [...runs, exited('main', 42), restarting, exited('proxy'), ...made('setup', 1)]],
];

const BAD: readonly (readonly [what: string, facts: readonly Fact[], wrong: RegExp])[] = [
  ['a container that is made before its init container is done', [...made('setup'), ...made('main')], /of main comes before setup is done/],
  ['one after a failed init container', [...made('setup'), exited('setup', 1), ...made('proxy')], /of proxy comes before setup is done/],
  ['one before a sidecar is started', [...made('setup'), exited('setup'), ...made('proxy'), ...made('main')], /of main comes before proxy/],
  [
    'a sidecar that is signalled too soon',
    [...runs, deleting, stopping('proxy'), stopping('main'), signal('proxy', 5)],
    /of proxy comes while main runs/,
  ],
  ['a round that begins over a living one', [...runs, exited('main', 42), restarting, ...made('setup', 1)], /while proxy runs that is of/],
  [
    'a round that forgets the init containers',
    [...runs, exited('main', 42), restarting, exited('proxy'), ...made('main', 1)],
    /of main comes before setup is done/,
  ],
  ['an end while something runs', [...runs, ended], /pod\.ended comes while proxy runs/],
  ['something that is made after the end', [...initialised, exited('proxy'), ended, ...made('main')], /after the end of its Pod/],
  ['a restart for no reason', [...runs, restarting], /though main has not ended/],
  ['a restart of a Pod that goes', [...runs, exited('main', 42), deleting, restarting], /on its way out/],
];

describe('checkOrder()', () => {
  for (const [what, facts] of GOOD) it(`finds nothing wrong with ${what}`, () => deepEqual(judged(...facts), []));
  for (const [what, facts, wrong] of BAD) it(`finds ${what}`, () => match(judged(...facts).join('\n'), wrong));
});
