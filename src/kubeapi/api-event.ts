/** An event of the journal as the API has it (`lifecycle.md` 13.1, `client-go/tools/record/event.go` makeEvent). Pure. */
import { createHash } from 'node:crypto';
import { apiTime } from '../model/api-time.ts';
import type { Fields } from '../model/json-fields.ts';
import { dnsSubdomain } from '../model/name-rules.ts';
import { containerFieldPath } from '../model/pod-containers.ts';
import type { EventPage, ToldEvent } from './told-events.ts';

const COMPONENT = 'kubelet';
const NANOS_PER_MILLI = 1_000_000n;
/** At most 100 events of one Pod are known. */
const NANOS_PER_RANK = 10_000n;

type Subject = Pick<EventPage, 'uid' | 'name'>;

/**
 * `<pod>.<hex nanoseconds>`, the same whenever it is asked for: so an event whose creation was not acknowledged is not
 * created twice. The journal knows milliseconds; what is below them tells events of one moment apart, and their order: where
 * the times are equal, clients show them in the order of their names.
 */
export function eventName({ uid, name }: Subject, { identity, firstMs, rank }: ToldEvent): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([uid, identity, firstMs]))
    .digest();
  const below = BigInt(rank) * NANOS_PER_RANK + (BigInt(hash.readUInt32BE(0)) % NANOS_PER_RANK);
  const nanos = BigInt(Math.trunc(firstMs)) * NANOS_PER_MILLI + (below % NANOS_PER_MILLI);
  const readable = `${name}.${nanos.toString(16)}`;
  return dnsSubdomain(readable) === undefined ? readable : asUuid(hash);
}

/** Upstream takes a UUID where the name would be too long; made of the hash it is the same each time. */
function asUuid(hash: Buffer): string {
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface EventGround {
  readonly nodeName: string;
  /** Of the Pod, if it is known. */
  readonly resourceVersion?: string | undefined;
}

export function eventObject(page: EventPage, event: ToldEvent, { nodeName, resourceVersion }: EventGround): Fields {
  const { namespace, name, uid, pod } = page;
  const fieldPath = event.container === undefined || pod === undefined ? undefined : containerFieldPath(pod, event.container);
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: eventName(page, event), namespace },
    involvedObject: {
      kind: 'Pod',
      namespace,
      name,
      uid,
      apiVersion: 'v1',
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    reason: event.reason,
    message: event.message,
    source: { component: COMPONENT, host: nodeName },
    firstTimestamp: apiTime(event.firstMs),
    lastTimestamp: apiTime(event.lastMs),
    count: event.count,
    type: event.eventType,
    eventTime: null,
    reportingComponent: COMPONENT,
    reportingInstance: nodeName,
  };
}

/** What of an event changes when it is told again; a combined one shows its newest words. */
export const eventPatch = ({ message, count, lastMs }: ToldEvent): Fields => ({ message, count, lastTimestamp: apiTime(lastMs) });
