import { foldRecords } from '../../src/core/pod/pod-history.ts';
import { podStatus } from '../../src/core/status/pod-status.ts';
import type { PodStatus } from '../../src/model/pod-status.ts';
import type { Scenario } from './scenario.ts';

const HOST = '192.0.2.1';

/** The status as it would be published now. */
export function statusOf(scenario: Scenario, previous?: PodStatus): PodStatus {
  const records = scenario.journal.records.flatMap((record) => ('uid' in record && record.type !== 'agent.recovered' ? [record] : []));
  const history = foldRecords(records as Parameters<typeof foldRecords>[0]);
  const sandboxReady = [...scenario.runtime.world.sandboxes.values()].some(({ ready }) => ready);
  const { accepted } = history;
  if (accepted === undefined) throw new Error('No Pod was accepted');
  return podStatus({
    pod: accepted,
    history,
    sandboxReady,
    nowMs: scenario.clock.now().wallMs,
    runtimeName: 'containerd',
    hostIPs: [HOST],
    ...(previous === undefined ? {} : { previous }),
  });
}
