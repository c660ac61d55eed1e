import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import { misfit } from './fits.ts';

type Loose = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

const pod = (labels: Labels, spec: Loose = {}, metadata: Loose = {}): ApiPod =>
  ({ metadata: { name: 'p', namespace: 'default', labels, ...metadata }, spec: { containers: [], ...spec } }) as unknown as ApiPod;
const NODE = { metadata: { name: 'node', labels: { zone: 'a' } }, status: { allocatable: { pods: '110' } } } as unknown as ApiNode;
const TEAMS: Readonly<Record<string, string>> = { blue: 'b', red: 'r' };

const judge = (one: ApiPod, ...bound: readonly ApiPod[]): string =>
  misfit(one, { node: NODE, bound, namespaceLabels: (namespace) => ({ team: TEAMS[namespace] ?? '' }) })?.reasons.join() ?? 'fits';

const term = (app: string, more: Loose = {}): Loose => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } }, ...more });
const near = (...terms: readonly Loose[]): Loose => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const far = (...terms: readonly Loose[]): Loose => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});

const DB = pod({ app: 'db' });
const ALONE = "node(s) didn't match pod affinity rules";
const CROWDED = "node(s) didn't match pod anti-affinity rules";
const UNWANTED = "node(s) didn't satisfy existing pods anti-affinity rules";

describe('misfit(), affinity between Pods', () => {
  const cases: readonly (readonly [string, ApiPod, readonly ApiPod[], string])[] = [
    ['a friend is there', pod({}, near(term('db'))), [DB], 'fits'],
    ['nobody is there', pod({}, near(term('db'))), [], ALONE],
    ['somebody else is there', pod({}, near(term('db'))), [pod({ app: 'web' })], ALONE],
    ['the first of its group', pod({ app: 'db' }, near(term('db'))), [], 'fits'],
    ['the node has no such place', pod({ app: 'db' }, near(term('db', { topologyKey: 'rack' }))), [DB], ALONE],
    ['a friend must be one by all terms', pod({}, near(term('db'), term('web'))), [DB, pod({ app: 'web' })], ALONE],
    ['a friend in another namespace', pod({}, near(term('db'))), [pod({ app: 'db' }, {}, { namespace: 'blue' })], ALONE],
    [
      'a namespace that is named',
      pod({}, near(term('db', { namespaces: ['blue'] }))),
      [pod({ app: 'db' }, {}, { namespace: 'blue' })],
      'fits',
    ],
    ['all namespaces', pod({}, near(term('db', { namespaceSelector: {} }))), [pod({ app: 'db' }, {}, { namespace: 'blue' })], 'fits'],
    [
      'a namespace that is selected',
      pod({}, near(term('db', { namespaceSelector: { matchLabels: { team: 'b' } } }))),
      [pod({ app: 'db' }, {}, { namespace: 'blue' })],
      'fits',
    ],
    [
      'a namespace that is not',
      pod({}, near(term('db', { namespaceSelector: { matchLabels: { team: 'r' } } }))),
      [pod({ app: 'db' }, {}, { namespace: 'blue' })],
      ALONE,
    ],
    ['no selector selects nobody', pod({}, near({ topologyKey: 'zone' })), [DB], ALONE],
    ['of the same version', pod({ v: '2' }, near(term('db', { matchLabelKeys: ['v'] }))), [pod({ app: 'db', v: '1' })], ALONE],
    ['of another version', pod({ v: '2' }, near(term('db', { mismatchLabelKeys: ['v'] }))), [pod({ app: 'db', v: '1' })], 'fits'],
    [
      'only preferred',
      pod(
        {},
        { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term('db') }] } } },
      ),
      [],
      'fits',
    ],
    ['an enemy is there', pod({}, far(term('db'))), [DB], CROWDED],
    ['no enemy is there', pod({}, far(term('db'))), [pod({ app: 'web' })], 'fits'],
    ['an enemy, but no such place', pod({}, far(term('db', { topologyKey: 'rack' }))), [DB], 'fits'],
    ['somebody there wants nobody like it', pod({ app: 'db' }), [pod({}, far(term('db')))], UNWANTED],
    ['somebody of another namespace does', pod({ app: 'db' }), [pod({}, far(term('db')), { namespace: 'blue' })], 'fits'],
    ['two of a kind that keep apart', pod({ app: 'db' }, far(term('db'))), [pod({ app: 'db' }, far(term('db')))], CROWDED],
  ];
  for (const [title, one, bound, expected] of cases) it(title, () => assert.equal(judge(one, ...bound), expected));
});

describe('misfit(), topology spread', () => {
  const spread = (more: Loose = {}): Loose => ({
    topologySpreadConstraints: [
      { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'db' } }, ...more },
    ],
  });
  const UNEVEN = "node(s) didn't match pod topology spread constraints";
  const cases: readonly (readonly [string, ApiPod, readonly ApiPod[], string])[] = [
    ['one domain is as full as the emptiest', pod({ app: 'db' }, spread()), [DB, DB, DB], 'fits'],
    ['no such place', pod({ app: 'db' }, spread({ topologyKey: 'rack' })), [], `${UNEVEN} (missing required label)`],
    ['more domains are asked for than there are: the first', pod({ app: 'db' }, spread({ minDomains: 2 })), [], 'fits'],
    ['the second', pod({ app: 'db' }, spread({ minDomains: 2 })), [DB], UNEVEN],
    [
      'what is going does not count',
      pod({ app: 'db' }, spread({ minDomains: 2 })),
      [pod({ app: 'db' }, {}, { deletionTimestamp: 'x' })],
      'fits',
    ],
    ['nor does another namespace', pod({ app: 'db' }, spread({ minDomains: 2 })), [pod({ app: 'db' }, {}, { namespace: 'blue' })], 'fits'],
    [
      'nor another version',
      pod({ app: 'db', v: '2' }, spread({ minDomains: 2, matchLabelKeys: ['v'] })),
      [pod({ app: 'db', v: '1' })],
      'fits',
    ],
    ['ScheduleAnyway', pod({ app: 'db' }, spread({ minDomains: 2, whenUnsatisfiable: 'ScheduleAnyway' })), [DB, DB], 'fits'],
  ];
  for (const [title, one, bound, expected] of cases) it(title, () => assert.equal(judge(one, ...bound), expected));
});
