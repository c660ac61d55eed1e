/** Pods that this node does not take, and containers that may not be made as they are. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, exec, pod, Scenario } from './scenario.ts';

const unsafe = { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } };
const eventsOf = (scenario: Scenario) =>
  scenario.journal.records.flatMap((record) =>
    record.type === 'event' ? [`${record.eventType} ${record.reason}: ${record.message}`] : [],
  );

describe('a Pod that the node does not take', () => {
  it('fails with a reason and an event, and nothing of it is made', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: exec('start') } })], unsafe));
    await scenario.clock.advance(60_000);
    deepEqual(scenario.types(), ['pod.accepted', 'pod.rejected', 'event', 'pod.ended']);
    deepEqual(eventsOf(scenario), ['Warning SysctlForbidden: forbidden sysctl: "kernel.msgmax" not allowlisted']);
    const ended = scenario.journal.records.find((record) => record.type === 'pod.ended');
    equal(ended?.type === 'pod.ended' && ended.phase, 'Failed');
    deepEqual(scenario.runtime.world.calls, []);
    deepEqual([...scenario.podCgroups.names], []);
  });

  it('goes like any other when it is deleted', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main')], unsafe));
    await scenario.delete();
    await scenario.clock.advance(60_000);
    equal(scenario.types().at(-1), 'pod.removed');
    deepEqual(scenario.source.list(), []);
  });

  it('is judged once: the next agent ends it, and judges the one that takes its place', async () => {
    const scenario = new Scenario();
    const manifest = pod('demo', [container('main')], unsafe);
    await scenario.start(manifest);
    await scenario.kill();
    await scenario.start(manifest);
    await scenario.clock.advance(60_000);
    const uids = scenario.journal.records.flatMap((record) => (record.type === 'pod.rejected' ? [record.uid] : []));
    equal(uids.length, 2);
    equal(new Set(uids).size, 2);
    deepEqual(scenario.runtime.world.calls, []);
  });

  it('is one that wants AppArmor where the kernel has none, or groups without the image’s where the runtime knows no such thing', async () => {
    const scenario = new Scenario();
    await scenario.start(
      pod('armoured', [container('main', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } })]),
      pod('strict', [container('main')], { securityContext: { supplementalGroupsPolicy: 'Strict' } }),
    );
    await scenario.clock.advance(5000);
    deepEqual(eventsOf(scenario), [
      'Warning AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host',
      'Warning SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported in this node',
    ]);
  });

  it('is taken where the runtime can do what it wants', async () => {
    const scenario = new Scenario({ strictGroups: true });
    await scenario.start(pod('strict', [container('main')], { securityContext: { supplementalGroupsPolicy: 'Strict' } }));
    await scenario.clock.advance(5000);
    ok(scenario.types().includes('container.ready'));
  });
});

describe('a container with runAsNonRoot', () => {
  const careful = container('main', { securityContext: { runAsNonRoot: true } });

  it('is not made from an image that runs as root; it is tried again every 10 s, and runs once the image is another', async () => {
    let imageUser: { uid: number } | undefined;
    const scenario = new Scenario({
      get imageUser() {
        return imageUser ?? { uid: 0 };
      },
    });
    await scenario.start(pod('demo', [careful]));
    await scenario.clock.advance(15_000);
    const failed = scenario.journal.records.flatMap((record) =>
      record.type === 'container.failed' ? [[record.reason, record.message]] : [],
    );
    const { uid } = scenario.source.list()[0]?.pod.metadata ?? {};
    const message = `container has runAsNonRoot and image will run as root (pod: "demo_default(${uid})", container: main)`;
    deepEqual(failed, [
      ['CreateContainerConfigError', message],
      ['CreateContainerConfigError', message],
    ]);
    ok(eventsOf(scenario).includes(`Warning Failed: Error: ${message}`), eventsOf(scenario).join('\n'));
    equal(scenario.runtime.world.faults.counts().get('createContainer'), undefined);
    imageUser = { uid: 5 };
    await scenario.clock.advance(10_000);
    ok(scenario.types().includes('container.ready'));
  });

  it('asks nothing of the image when the Pod names a user', async () => {
    const scenario = new Scenario({ imageUser: { name: 'web' } });
    await scenario.start(pod('demo', [careful], { securityContext: { runAsUser: 5 } }));
    await scenario.clock.advance(1000);
    ok(scenario.types().includes('container.ready'));
  });
});

describe('the cgroup of a Pod', () => {
  it('is there before the sandbox, and goes with the Pod', async () => {
    const scenario = new Scenario();
    const requests = { cpu: '100m' };
    await scenario.start(pod('demo', [container('main', { resources: { requests } })]));
    const { uid } = scenario.source.list()[0]?.pod.metadata ?? {};
    deepEqual([...scenario.podCgroups.names.values()], [`burstable/pod${uid}`]);
    await scenario.delete();
    await scenario.clock.advance(60_000);
    equal(scenario.types().at(-1), 'pod.removed');
    deepEqual([...scenario.podCgroups.names], []);
  });

  it('goes when all containers have ended for good, though the Pod stays', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000 }) });
    await scenario.start(pod('demo', [container('main')], { restartPolicy: 'Never' }));
    await scenario.clock.advance(5000);
    ok(scenario.types().includes('pod.ended') && !scenario.types().includes('pod.removed'));
    deepEqual([...scenario.podCgroups.names], []);
  });

  it('that cannot be made holds up the sandbox, is told, and tried again', async () => {
    const scenario = new Scenario();
    scenario.podCgroups.refusal = 'no space left on device';
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(5000);
    deepEqual(eventsOf(scenario), ['Warning FailedCreatePodContainer: unable to ensure pod container exists: no space left on device']);
    equal(scenario.runtime.world.faults.counts().get('runPodSandbox'), undefined);
    scenario.podCgroups.refusal = undefined;
    await scenario.clock.advance(15_000);
    ok(scenario.types().includes('container.ready'));
  });

  it('of a Pod that was killed for want of its sandbox is made again with the next one', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main')]));
    await scenario.reboot();
    scenario.podCgroups.names.clear();
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(5000);
    equal(scenario.podCgroups.names.size, 1);
  });
});

describe('the name of a Pod', () => {
  it('that Linux has no room for holds up the sandbox, and is told', async () => {
    const scenario = new Scenario();
    const spec = { subdomain: 'a'.repeat(63), setHostnameAsFQDN: true };
    await scenario.start(pod('demo', [container('main')], spec));
    await scenario.clock.advance(1000);
    const [event] = eventsOf(scenario);
    ok(
      event?.startsWith(
        'Warning FailedCreatePodSandBox: Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain',
      ),
      event,
    );
    equal(scenario.runtime.world.faults.counts().get('runPodSandbox'), undefined);
  });
});

describe('name resolution of a Pod', () => {
  it('beyond what a resolver takes is cut, and told', async () => {
    const scenario = new Scenario();
    scenario.hostDns.configured = { servers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'], searches: [], options: [] };
    await scenario.start(pod('demo', [container('main')], { dnsPolicy: 'Default' }));
    await scenario.clock.advance(1000);
    deepEqual(
      eventsOf(scenario).filter((event) => event.includes('DNS')),
      [
        'Warning DNSConfigForming: Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.0.0.1 10.0.0.2 10.0.0.3',
      ],
    );
    ok(scenario.types().includes('container.ready'));
  });
});
