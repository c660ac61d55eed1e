import type { Container, LifecycleHandler } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { HandlerKind, HookName, HookOutcome, SkipReason } from '../journal-record.ts';

/** Where one hook of one container instance stands, as the journal tells it. */
export type Delivery =
  | { readonly state: 'due' }
  | { readonly state: 'started'; readonly attempt: number; readonly retry: number; readonly execId?: string; readonly at: Instant }
  | { readonly state: 'finished'; readonly outcome: HookOutcome; readonly reason?: string; readonly exitCode?: number }
  | { readonly state: 'skipped'; readonly reason: SkipReason };

/** Dispatch order of `pkg/kubelet/lifecycle/handlers.go`. */
export function handlerKind(handler: LifecycleHandler): HandlerKind {
  if (handler.exec !== undefined) return 'exec';
  if (handler.httpGet !== undefined) return 'httpGet';
  if (handler.sleep !== undefined) return 'sleep';
  return 'tcpSocket';
}

export const handlerOf = (container: Container, hook: HookName): LifecycleHandler | undefined => container.lifecycle?.[hook];

/** Our own id of an exec: found again by it after a crash. Unique within its container instance. */
export const execIdOf = (hook: HookName, attempt: number, retry = 0): string => `${hook}-${attempt}${retry === 0 ? '' : `-${retry}`}`;
