/** Which events are one event that happened again (`client-go/tools/record/events_cache.go`). */

export type EventType = 'Normal' | 'Warning';

interface IdentifiedEvent {
  readonly container?: string;
  readonly eventType: EventType;
  readonly reason: string;
  readonly message: string;
}

const COMBINED = '(combined from similar events): ';

/** Many events of one reason that differ in their words are told as one, which shows the newest words. */
export const combinedMessage = (message: string): string => `${COMBINED}${message}`;

/** What was said before it was combined with others. */
export const ownMessage = (message: string): string => (message.startsWith(COMBINED) ? message.slice(COMBINED.length) : message);

/** Events of one Pod with the same identity are counted, not repeated. A combined one may speak of any container. */
export function eventIdentity({ container, eventType, reason, message }: IdentifiedEvent): string {
  return message.startsWith(COMBINED) ? `*/${eventType}/${reason}` : `${container ?? ''}/${eventType}/${reason}/${message}`;
}
