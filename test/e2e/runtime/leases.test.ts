import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContainerdLeases } from '../../../src/containerd/containerd-leases.ts';
import { LeasesDefinition } from '../../../src/containerd/gen/containerd-leases.ts';
import { GrpcChannel } from '../../../src/grpc/grpc-channel.ts';
import { ownContainerd } from '../host/own-containerd.ts';

describe('ContainerdLeases', () => {
  it('dropBefore() gives back what is older, and nothing else', async (t) => {
    const own = await ownContainerd();
    t.after(() => own.remove());
    const { socket } = await own.supervisor.ensureRunning();
    const channel = new GrpcChannel(socket);
    t.after(() => channel.close());
    const call = { service: LeasesDefinition, deadlineMs: 10_000, headers: { 'containerd-namespace': 'k8s.io' } } as const;
    const make = (id: string) => channel.unary({ ...call, method: 'create', request: { id, labels: {} } });
    const ids = async (): Promise<readonly string[]> =>
      (await channel.unary({ ...call, method: 'list', request: { filters: [] } })).leases.map(({ id }) => id);
    await make('lost');
    const between = Date.now() + 1;
    while (Date.now() <= between) await new Promise(setImmediate);
    await make('held');
    deepEqual((await ids()).toSorted(), ['held', 'lost']);
    await new ContainerdLeases(channel).dropBefore(between);
    deepEqual(await ids(), ['held']);
    await new ContainerdLeases(channel).dropBefore(between);
    equal((await ids()).length, 1);
  });
});
