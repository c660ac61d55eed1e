import type { Pod } from '../model/pod.ts';
import type { DesiredPod } from '../ports/pod-source.ts';
import type { OwnedPods } from './take-over.ts';

export interface JoinedPart {
  readonly source: OwnedPods;
  /** Of a Pod that nobody names any more: whether it was one of this source's. The last part takes what no other does. */
  readonly owns: (pod: Pod) => boolean;
}

/** Several sources as one. No uid is in two of them. */
export class JoinedPodSource implements OwnedPods {
  readonly #parts: readonly JoinedPart[];
  readonly #last: JoinedPart;

  constructor(...parts: readonly [...JoinedPart[], JoinedPart]) {
    this.#parts = parts;
    this.#last = parts.at(-1) as JoinedPart;
  }

  get(uid: string): DesiredPod | undefined {
    for (const { source } of this.#parts) {
      const found = source.get(uid);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  list(): readonly DesiredPod[] {
    return this.#parts.flatMap(({ source }) => source.list());
  }

  onChange(listener: (uid: string) => void): () => void {
    const stops = this.#parts.map(({ source }) => source.onChange(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  end(pod: Pod, graceSeconds: number): void {
    (this.#parts.find(({ owns }) => owns(pod)) ?? this.#last).source.end(pod, graceSeconds);
  }

  /** Whose it is knows it; to the others it is nothing. */
  removed(uid: string): void {
    for (const { source } of this.#parts) source.removed(uid);
  }
}
