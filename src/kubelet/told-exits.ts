import type { Instant } from '../core/instant.ts';
import type { ContainerState } from '../core/runtime-state.ts';
import type { RuntimeEvent } from '../ports/runtime-events.ts';
import type { RuntimeSight } from './observe-pod.ts';

export type ContainerEvent = Extract<RuntimeEvent, { readonly kind: 'containerExited' | 'oom' }>;

/** Exits that events told of, laid over what CRI shows until CRI shows them itself. */
export class ToldExits {
  readonly #exitCodes = new Map<string, number>();
  readonly #outOfMemory = new Set<string>();

  tell(event: ContainerEvent): void {
    if (event.kind === 'oom') this.#outOfMemory.add(event.containerId);
    else this.#exitCodes.set(event.containerId, event.exitCode);
  }

  shownIn(sight: RuntimeSight, now: Instant): RuntimeSight {
    const containers = sight.containers.map((container) => this.#shown(container, now));
    this.#forget(new Set(sight.containers.map(({ id }) => id)));
    return { ...sight, containers };
  }

  #shown(container: ContainerState, now: Instant): ContainerState {
    const exitCode = this.#exitCodes.get(container.id);
    if (exitCode === undefined || container.phase === 'exited') return container;
    return { ...container, phase: 'exited', exitCode, reason: this.#reason(container.id, exitCode), finishedAtMs: now.wallMs };
  }

  /** As containerd's CRI puts it (`pkg/cri/server/events.go`). */
  #reason(containerId: string, exitCode: number): string {
    if (this.#outOfMemory.has(containerId)) return 'OOMKilled';
    return exitCode === 0 ? 'Completed' : 'Error';
  }

  /** What the runtime has forgotten will not be shown again. */
  #forget(known: ReadonlySet<string>): void {
    for (const id of this.#exitCodes.keys()) if (!known.has(id)) this.#exitCodes.delete(id);
    for (const id of this.#outOfMemory) if (!known.has(id)) this.#outOfMemory.delete(id);
  }
}
