/** What must hold of the records of a soak: the rules of every history, and what its Pods' ledgers say really ran. */
import type { HookFinished, HookName, PodRecord } from '../../src/core/journal-record.ts';
import { checkHistory } from '../scenarios/check-history.ts';

/** The lines of a Pod's ledgers: "postStart" or "preStop" for each exec hook that really began, by container. */
export type Ledgers = ReadonlyMap<string, readonly string[]>;

/** Of one Pod that is gone. `ledgers`: by the container's name. */
export function judgePod(records: readonly PodRecord[], ledgers: Ledgers): readonly string[] {
  return [...checkHistory(records), ...checkEnd(records), ...checkEvents(records), ...checkLedgers(records, ledgers)];
}

function checkEnd(records: readonly PodRecord[]): readonly string[] {
  const removed = records.filter(({ type }) => type === 'pod.removed').length;
  const rejected = records
    .filter((record) => record.type === 'pod.rejected')
    .map(({ reason, message }) => `was rejected: ${reason} ${message}`);
  return removed === 1 ? rejected : [...rejected, `has ${removed} times pod.removed`];
}

const FAILED_EVENTS: Readonly<Record<HookName, string>> = { postStart: 'FailedPostStartHook', preStop: 'FailedPreStopHook' };

/** No Warning about a hook that did not fail: above all none for a container that was gone before its hook could run. */
function checkEvents(records: readonly PodRecord[]): readonly string[] {
  return Object.entries(FAILED_EVENTS).flatMap(([hook, reason]) => {
    const told = records.flatMap((record) => (record.type === 'event' && record.reason === reason ? [record.container ?? ''] : []));
    const failed = records.flatMap((record) => (isFailure(record) && record.hook === hook ? [record.container] : []));
    return [...new Set(told)].flatMap((container) => {
      const [times, failures] = [told, failed].map((all) => all.filter((one) => one === container).length);
      return (times ?? 0) > (failures ?? 0) ? [`${container}: ${times} times ${reason}, but ${failures} failures of ${hook}`] : [];
    });
  });
}

/** A cancelled or interrupted hook did not fail. */
const isFailure = (record: PodRecord): record is HookFinished =>
  record.type === 'hook.finished' && (record.outcome === 'failed' || record.outcome === 'timedOut');

/** An exec hook that succeeded ran; none ran that was not begun; none ran twice for one delivery. */
function checkLedgers(records: readonly PodRecord[], ledgers: Ledgers): readonly string[] {
  const containers = new Set([...ledgers.keys(), ...records.flatMap((record) => ('container' in record ? [record.container ?? ''] : []))]);
  return [...containers].flatMap((container) =>
    (['postStart', 'preStop'] as const).flatMap((hook) => {
      const of = records.filter((record) => 'hook' in record && record.hook === hook && record.container === container);
      const begun = of.filter((record) => record.type === 'hook.started' && record.handler === 'exec').length;
      const succeeded = of.filter(
        (record) => record.type === 'hook.finished' && record.handler === 'exec' && record.outcome === 'succeeded',
      ).length;
      const ran = ledgers.get(container)?.filter((line) => line === hook).length ?? 0;
      if (ran < succeeded) return [`${container}: ${succeeded} deliveries of ${hook} succeeded, but it ran ${ran} times`];
      return ran > begun ? [`${container}: ${hook} ran ${ran} times, but ${begun} deliveries were begun`] : [];
    }),
  );
}
