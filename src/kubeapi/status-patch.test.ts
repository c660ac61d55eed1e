import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyStrategicMergePatch } from '../apiserver/patch/strategic-merge-patch.ts';
import { readApiSchema } from '../apiserver/schema/read-api-schema.ts';
import { isNodeCondition } from '../core/status/conditions.ts';
import { type Fields, listOf, sameJson } from '../model/json-fields.ts';
import type { PodCondition, PodStatus } from '../model/pod-status.ts';
import { statusPatch } from './status-patch.ts';

const condition = (type: string, status: PodCondition['status'], more: Partial<PodCondition> = {}): PodCondition => ({
  type,
  status,
  ...more,
});
const TIME = '2030-01-01T00:00:00Z';

describe('statusPatch()', () => {
  it('says nothing when the API shows it already, whatever else it shows', () => {
    const wanted: PodStatus = {
      phase: 'Running',
      conditions: [condition('Ready', 'True', { lastProbeTime: null, lastTransitionTime: TIME })],
      podIPs: [{ ip: '10.0.0.5' }],
      containerStatuses: [],
    };
    const live = {
      containerStatuses: [],
      podIPs: [{ ip: '10.0.0.5' }],
      phase: 'Running',
      qosClass: 'BestEffort',
      nominatedNodeName: 'x',
      conditions: [condition('Ready', 'True', { lastTransitionTime: TIME }), condition('example.com/gate', 'False')],
    };
    assert.equal(statusPatch(live, wanted), undefined);
  });

  it('names what changed, with null for what is no more, and the order of the conditions', () => {
    const live = {
      phase: 'Pending',
      message: 'old',
      startTime: TIME,
      conditions: [condition('PodScheduled', 'True'), condition('Ready', 'False', { reason: 'ContainersNotReady', message: 'm' })],
    };
    const conditions = [condition('Initialized', 'True'), condition('Ready', 'True'), condition('PodScheduled', 'True')];
    assert.deepEqual(statusPatch(live, { phase: 'Running', startTime: TIME, conditions, podIPs: [{ ip: '10.0.0.5' }] }), {
      phase: 'Running',
      message: null,
      podIPs: [{ ip: '10.0.0.5' }, { $patch: 'replace' }],
      '$setElementOrder/conditions': [{ type: 'Initialized' }, { type: 'Ready' }, { type: 'PodScheduled' }],
      conditions: [condition('Initialized', 'True'), { ...condition('Ready', 'True'), reason: null, message: null }],
    });
  });

  it('does not say conditions of others again: what is known of them may be old', () => {
    const live = { phase: 'Running', conditions: [condition('example.com/gate', 'True')] };
    assert.equal(statusPatch(live, { phase: 'Running', conditions: [condition('example.com/gate', 'False')] }), undefined);
  });
});

const text = fc.constantFrom('a', 'b', '');
const conditionOf = (types: readonly string[]): fc.Arbitrary<PodCondition> =>
  fc.record(
    {
      type: fc.constantFrom(...types),
      status: fc.constantFrom('True' as const, 'False' as const),
      reason: text,
      message: text,
      lastProbeTime: fc.constant(null),
      lastTransitionTime: fc.constantFrom(TIME, null),
    },
    { requiredKeys: ['type', 'status'] },
  );
const conditions = (types: readonly string[]): fc.Arbitrary<readonly PodCondition[]> =>
  fc.uniqueArray(conditionOf(types), { selector: ({ type }) => type });
const OWN = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
const FOREIGN = ['example.com/a', 'example.com/b'];
const ips = fc.uniqueArray(fc.record({ ip: fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1') }), { selector: ({ ip }) => ip });
const containers = fc.array(fc.record({ name: text, ready: fc.boolean(), state: fc.constantFrom({}, { running: { startedAt: TIME } }) }));

const statusOf = (types: readonly string[]): fc.Arbitrary<PodStatus> =>
  fc.record(
    {
      phase: fc.constantFrom('Pending' as const, 'Running' as const),
      conditions: conditions(types),
      message: text,
      podIP: text,
      podIPs: ips,
      hostIPs: ips,
      startTime: fc.constantFrom(TIME),
      containerStatuses: containers as unknown as fc.Arbitrary<NonNullable<PodStatus['containerStatuses']>>,
    },
    { requiredKeys: ['phase', 'conditions'] },
  );

const schema = readApiSchema();
const apply = (live: Fields, patch: Fields): Fields =>
  applyStrategicMergePatch({ schema, typeName: 'PodStatus', object: live, patch }).object;

describe('statusPatch(), applied by a server', () => {
  it('makes the API show the status, leaves what is others’, and is then done', () => {
    fc.assert(
      fc.property(statusOf([...OWN, ...FOREIGN]), statusOf(OWN), conditions(FOREIGN), (before, wanted, known) => {
        const live = before as unknown as Fields;
        const patch = statusPatch(live, { ...wanted, conditions: [...wanted.conditions, ...known] });
        const after = patch === undefined ? live : apply(live, patch);
        assert.equal(statusPatch(after, wanted), undefined);
        for (const field of ['phase', 'message', 'podIP', 'startTime', 'containerStatuses'] as const)
          assert.ok(sameJson(after[field], wanted[field]), field);
        for (const field of ['podIPs', 'hostIPs'] as const) assert.ok(sameJson(after[field] ?? [], wanted[field] ?? []), field);
        const shown = listOf(after, 'conditions') as readonly PodCondition[];
        const foreign = (all: readonly PodCondition[]): readonly PodCondition[] =>
          all.filter(({ type }) => !isNodeCondition(type)).toSorted((a, b) => (a.type < b.type ? -1 : 1));
        assert.ok(sameJson(foreign(shown), foreign(before.conditions)));
        for (const own of wanted.conditions)
          assert.ok(
            sameJson(
              shown.find(({ type }) => type === own.type),
              own,
            ),
          );
      }),
      { numRuns: 500 },
    );
  });
});
