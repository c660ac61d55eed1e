import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '../../test/scenarios/api-faults.ts';
import { openPodsStage, type PodsStage, record, remove, TERMINATED, uidOf } from '../../test/scenarios/api-pods-stage.ts';
import { PODS } from '../../test/scenarios/api-stage.ts';
import type { NewFact } from '../core/journal-record.ts';

describe('PodsFromApi, removed()', () => {
  it('deletes the object after its last status: watchers see the sequence of lifecycle.md 9.2', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    const uid = await uidOf(stage, 'web');
    await remove(stage, 'web', 20);
    await stage.server.clock.advance(3000);
    stage.source.reports.status(uid, TERMINATED);
    stage.source.removed(uid);
    await stage.server.clock.advance();
    const sequence = (await stage.watched()).map(({ type, object: { metadata, status: shown } }) =>
      [type, metadata.deletionTimestamp ?? '', metadata.deletionGracePeriodSeconds ?? '', shown.phase].join(' '),
    );
    assert.deepEqual(sequence, [
      'ADDED   Pending',
      'MODIFIED 2030-01-01T00:00:20Z 20 Pending',
      'MODIFIED 2030-01-01T00:00:20Z 20 Succeeded',
      'MODIFIED 2030-01-01T00:00:03Z 0 Succeeded',
      'DELETED 2030-01-01T00:00:03Z 0 Succeeded',
    ]);
    assert.deepEqual(stage.api.writes, [`PATCH ${PODS}/web/status`, `DELETE ${PODS}/web`]);
    assert.deepEqual(stage.told.slice(2), ['removed']);
  });

  it('is tried for as long as it takes, and never before the status is written', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    const uid = await uidOf(stage, 'web');
    await remove(stage, 'web', 20);
    await stage.server.clock.settle();
    stage.source.reports.status(uid, TERMINATED);
    stage.source.removed(uid);
    stage.api.setDown(true);
    await stage.server.clock.advance(600_000);
    assert.equal(
      stage.api.requests.some(({ method }) => method === 'DELETE'),
      false,
    );
    stage.api.setDown(false);
    let refusals = 0;
    stage.api.fateOf = ({ method }) => (method === 'DELETE' && ++refusals < 5 ? status(500, 'InternalError') : 'fine');
    await stage.server.clock.advance(60_000);
    assert.deepEqual([await stage.pod('web'), refusals], [undefined, 5]);
    assert.deepEqual([stage.source.list(), stage.told.slice(2)], [[], ['removed']]);
  });

  it('deletes nothing else: not the next Pod of that name, whatever was lost', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    const uid = await uidOf(stage, 'web');
    await remove(stage, 'web', 20);
    await stage.server.clock.settle();
    // Its watch shows nothing any more, so that it learns of nothing.
    stage.api.fateOf = ({ method }) => (method === 'DELETE' ? 'lost' : 'fine');
    stage.api.breakWatches();
    stage.api.watch = async function* () {};
    stage.source.removed(uid);
    await stage.server.clock.advance(100);
    assert.equal(await stage.pod('web'), undefined);
    await stage.bound('web');
    stage.api.fateOf = () => 'fine';
    await stage.server.clock.advance(60_000);
    assert.equal((await stage.pod('web')).metadata.deletionTimestamp, undefined);
    assert.ok(stage.api.writes.length > 1);
  });

  it('leaves an object with finalizers to those who hold them, and does not run it again', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web', {}, { finalizers: ['example.com/hold'] });
    const uid = await uidOf(stage, 'web');
    await remove(stage, 'web', 20);
    await stage.server.clock.settle();
    stage.source.reports.status(uid, TERMINATED);
    stage.source.removed(uid);
    await stage.server.clock.advance(3_600_000);
    assert.deepEqual(
      [(await stage.pod('web')).metadata.deletionGracePeriodSeconds, (await stage.pod('web')).status.phase],
      [0, 'Succeeded'],
    );
    assert.deepEqual(stage.api.writes, [`PATCH ${PODS}/web/status`, `DELETE ${PODS}/web`]);
    await stage.server.must(`PATCH ${PODS}/web`, { body: { metadata: { finalizers: null } }, type: 'application/merge-patch+json' });
    await stage.server.clock.advance(60_000);
    assert.deepEqual([await stage.pod('web'), stage.source.list(), stage.told.slice(2)], [undefined, [], ['removed']]);
  });

  it('deletes no object that nobody asked to delete', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    await stage.server.clock.settle();
    stage.source.removed(await uidOf(stage, 'web'));
    await stage.server.clock.advance(60_000);
    assert.deepEqual([stage.api.writes, stage.told], [[], ['web -', 'removed']]);
    await remove(stage, 'web');
    await stage.server.clock.advance();
    assert.deepEqual([await stage.pod('web'), stage.told.length], [undefined, 2]);
  });
});

describe('PodsFromApi after a restart', () => {
  const end = async (stage: PodsStage, name: string): Promise<void> => {
    const body = { status: { phase: 'Succeeded' } };
    await stage.server.must(`PATCH ${PODS}/${name}/status`, { body, type: 'application/merge-patch+json' });
  };

  it('does not start a Pod that had ended, unless the journal knows where it is', async (t) => {
    const stage = await openPodsStage(t);
    for (const name of ['a', 'b']) await stage.bound(name);
    await stage.server.clock.settle();
    const known = stage.source.list()[1]?.pod ?? assert.fail('no Pod');
    await stage.journal.append([
      record(known, { type: 'pod.accepted', spec: known }),
      record(known, { type: 'pod.ended', phase: 'Succeeded' }),
    ]);
    for (const name of ['a', 'b']) await end(stage, name);
    await stage.restart();
    assert.deepEqual(stage.told, ['b -']);
    await remove(stage, 'a');
    await stage.server.clock.advance();
    assert.deepEqual([await stage.pod('a'), stage.told], [undefined, ['b -']]);
  });

  it('deletes the object of a Pod that had ended, when somebody wants it gone', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    await remove(stage, 'web', 20);
    await end(stage, 'web');
    await stage.restart();
    await stage.server.clock.advance();
    assert.deepEqual([await stage.pod('web'), stage.told, stage.api.writes], [undefined, [], [`DELETE ${PODS}/web`]]);
  });

  it('ends a Pod again of which nothing is known, and that is being deleted', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web');
    await remove(stage, 'web', 20);
    await stage.restart();
    assert.deepEqual(stage.told, ['web 20']);
  });

  it('tells the last status of a Pod that the agent before it had removed, and deletes it', async (t) => {
    const stage = await openPodsStage(t);
    await stage.bound('web', { restartPolicy: 'Never' }, { finalizers: ['example.com/hold'] });
    await stage.server.clock.settle();
    const pod = stage.source.list()[0]?.pod ?? assert.fail('no Pod');
    const of = { container: 'main', restartCount: 0 };
    const facts: readonly NewFact[] = [
      { type: 'pod.accepted', spec: pod },
      { type: 'sandbox.ready', sandboxId: 's', attempt: 0, ip: '10.0.0.5' },
      { type: 'container.created', ...of, containerId: 'c1', bootId: 'b', hooksDue: [] },
      { type: 'container.started', ...of, containerId: 'c1' },
      { type: 'container.exited', ...of, exitCode: 3, reason: 'Error', by: 'self' },
      { type: 'pod.ended', phase: 'Failed' },
      { type: 'pod.removed' },
    ];
    await stage.journal.append(facts.map((fact) => record(pod, fact)));
    await remove(stage, 'web', 20);
    await stage.restart();
    await stage.server.clock.advance(60_000);
    const { status: shown, metadata } = await stage.pod('web');
    assert.deepEqual(
      [shown.phase, shown.podIP, shown.containerStatuses[0].state.terminated.exitCode, metadata.deletionGracePeriodSeconds],
      ['Failed', '10.0.0.5', 3, 0],
    );
    assert.deepEqual([stage.told, stage.api.writes], [[], [`PATCH ${PODS}/web/status`, `DELETE ${PODS}/web`]]);
  });
});
