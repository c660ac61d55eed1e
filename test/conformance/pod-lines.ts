import { ok } from 'node:assert/strict';
import type { TestPod } from './test-pod.ts';

/** The lines of what happened to the Pod that match. */
export const lines = (pod: TestPod, pattern: RegExp): readonly string[] => pod.lines().filter((line) => pattern.test(line));

/** The first line is there and comes before the second. */
export function comesBefore(pod: TestPod, first: string, second: string): void {
  const all = pod.lines();
  const [a, b] = [all.indexOf(first), all.indexOf(second)];
  ok(a >= 0 && b >= 0 && a < b, `"${first}" (${a}) should come before "${second}" (${b}):\n${all.join('\n')}`);
}
