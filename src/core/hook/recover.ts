/**
 * What to do with a delivery that the journal says was started, while nobody in this agent runs it: the table of
 * `design.md` 4.2. It is asked at start-up, and again whenever the runtime was away.
 */

import type { HandlerKind } from '../journal-record.ts';
import type { ExecState } from '../runtime-state.ts';

export interface FoundDelivery {
  readonly handler: HandlerKind;
  readonly attempt: number;
  /** What the runtime says of its exec; `unknown` also where it has no execs of its own. */
  readonly exec: ExecState;
  readonly container: 'running' | 'ended';
  /** A sleep whose time is over; it ended by itself, though nobody watched. */
  readonly sleepOver: boolean;
  /** The container was started in another boot of this machine. */
  readonly otherBoot: boolean;
  /** Its stop deadline has passed (preStop only). */
  readonly deadlinePassed: boolean;
  /** The container is being stopped and this is its postStart: nobody waits for it any more. */
  readonly unwanted: boolean;
}

export type RecoveryDecision =
  | { readonly kind: 'follow' | 'startCreated' | 'continueSleep' }
  | { readonly kind: 'deliverAgain'; readonly attempt: number }
  | { readonly kind: 'finish'; readonly outcome: 'interrupted' | 'timedOut' | 'cancelled'; readonly reason: string }
  | { readonly kind: 'finish'; readonly outcome: 'succeeded'; readonly reason?: never }
  | { readonly kind: 'skip'; readonly reason: 'hostRebooted' };

export function recoverDelivery(found: FoundDelivery): RecoveryDecision {
  if (found.otherBoot) return { kind: 'skip', reason: 'hostRebooted' };
  // The process itself has the last word: an exit status that is still there is the truth, whatever else happened.
  if (found.exec.kind === 'stopped') return { kind: 'follow' };
  if (found.container === 'ended') return { kind: 'finish', outcome: 'interrupted', reason: 'containerExited' };
  if (found.sleepOver) return { kind: 'finish', outcome: 'succeeded' };
  if (found.exec.kind === 'running') return { kind: 'follow' };
  if (found.deadlinePassed) return { kind: 'finish', outcome: 'timedOut', reason: 'the grace period ended while no agent ran' };
  if (found.unwanted) return { kind: 'finish', outcome: 'cancelled', reason: 'the container is being stopped' };
  if (found.exec.kind === 'created') return { kind: 'startCreated' };
  if (found.handler === 'sleep') return { kind: 'continueSleep' };
  return { kind: 'deliverAgain', attempt: found.attempt + 1 };
}
