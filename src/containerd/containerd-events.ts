/**
 * Exits and out-of-memory events by containerd's Events service.
 *
 * 1. `connected` is told only when the subscription is known to work: containerd answers a Subscribe with nothing, so
 *    a mark of our own is published until it comes back through the stream.
 * 2. What comes before the mark is told too, after `connected`; nothing is told twice, nothing out of order.
 * 3. `disconnected` is told once for each `connected`. Reconnecting never ends, with 50 ms to 1 s between attempts.
 * 4. containerd keeps no events: what happened between the two must be found by listing.
 */
import { randomUUID } from 'node:crypto';
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import type { RuntimeEvent, RuntimeEvents } from '../ports/runtime-events.ts';
import { kubernetesNamespace } from './containerd-content.ts';
import { type Envelope, EventsDefinition, TaskExit, TaskOOM } from './gen/containerd-events.ts';

const minDelayMs = 50;
const maxDelayMs = 1000;
/** containerd answers within milliseconds; a mark that is published before the subscription works is lost. */
const markDeadlineMs = 5000;
const markEveryMs = 20;
const markAttempts = 250;

export class ContainerdEvents implements RuntimeEvents {
  readonly #channel: RpcChannel;
  readonly #clock: Clock;

  constructor(channel: RpcChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
  }

  subscribe(listener: (event: RuntimeEvent) => void): () => void {
    const stop = new AbortController();
    void this.#keepSubscribed((event) => stop.signal.aborted || listener(event), stop.signal);
    return () => stop.abort();
  }

  async #keepSubscribed(tell: (event: RuntimeEvent) => void, signal: AbortSignal): Promise<void> {
    for (let delayMs = minDelayMs; !signal.aborted; delayMs = Math.min(maxDelayMs, delayMs * 2)) {
      if (await this.#subscribeOnce(tell, signal)) delayMs = minDelayMs;
      await this.#wait(delayMs, signal).catch(() => {});
    }
  }

  /** Ends with the stream. Says whether it had worked. */
  async #subscribeOnce(tell: (event: RuntimeEvent) => void, signal: AbortSignal): Promise<boolean> {
    // A topic of this subscription alone: other listeners of the same containerd do not even receive it.
    const markTopic = `/hooklet/${randomUUID()}`;
    const filters = ['/tasks/exit', '/tasks/oom', markTopic].map((topic) => `topic=="${topic}"`);
    const ended = new AbortController();
    const any = AbortSignal.any([signal, ended.signal]);
    const early: RuntimeEvent[] = [];
    let connected = false;
    try {
      void this.#mark(markTopic, () => connected, ended);
      const call = {
        service: EventsDefinition,
        method: 'subscribe',
        request: { filters },
        deadlineMs: 'none',
        headers: kubernetesNamespace,
        signal: any,
      } as const;
      for await (const envelope of this.#channel.serverStream(call)) {
        if (envelope.topic === markTopic && !connected) {
          connected = true;
          for (const event of [{ kind: 'connected' } as const, ...early.splice(0)]) tell(event);
        }
        const event = toEvent(envelope);
        if (event !== undefined && connected) tell(event);
        else if (event !== undefined) early.push(event);
      }
    } catch {
      // The connection is gone, or was never there: the caller tries again.
    } finally {
      ended.abort();
    }
    if (connected) tell({ kind: 'disconnected' });
    return connected;
  }

  /** Publishes the mark until it has arrived; gives the attempt up when it does not. */
  async #mark(topic: string, arrived: () => boolean, ended: AbortController): Promise<void> {
    const request = { topic, event: { typeUrl: 'containerd.events.TaskOOM', value: Buffer.alloc(0) } };
    try {
      for (let attempt = 0; !arrived() && !ended.signal.aborted && attempt < markAttempts; attempt++) {
        await this.#channel.unary({
          service: EventsDefinition,
          method: 'publish',
          request,
          deadlineMs: markDeadlineMs,
          headers: kubernetesNamespace,
          signal: ended.signal,
        });
        await this.#wait(markEveryMs, ended.signal);
      }
    } catch {
      // as below: without a mark there is no subscription
    }
    if (!arrived()) ended.abort();
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#clock.waitUntil(addMs(this.#clock.now(), ms), signal);
  }
}

function toEvent({ topic, event }: Envelope): RuntimeEvent | undefined {
  if (event === undefined) return undefined;
  if (topic === '/tasks/oom') return { kind: 'oom', containerId: TaskOOM.decode(event.value).containerId };
  if (topic !== '/tasks/exit') return undefined;
  const { containerId, id, exitStatus } = TaskExit.decode(event.value);
  return id === containerId
    ? { kind: 'containerExited', containerId, exitCode: exitStatus }
    : { kind: 'execExited', containerId, execId: id, exitCode: exitStatus };
}
