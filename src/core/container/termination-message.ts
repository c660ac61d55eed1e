/**
 * What a container leaves as its last words: the file at its terminationMessagePath, else the end of its log when it asked
 * for that and failed (`kuberuntime_container.go` `getTerminationMessage`, `status_manager.go` `normalizeStatus`).
 */
import type { Container, Pod } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';

/** Of the file: its last bytes. */
export const MESSAGE_BYTES = 4096;
/** Of the log: its last lines, and of those the last bytes. */
export const LOG_LINES = 80;
export const LOG_BYTES = 2048;
/** Of all containers of a Pod, init containers too. */
const POD_BYTES = 12 * 1024;

/** Asked once the file was read. */
export const wantsLog = ({ terminationMessagePolicy }: Container, exitCode: number, fromFile: string): boolean =>
  terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0 && fromFile === '';

/** The `message` of a terminated container: the runtime's words, then the container's, cut to its share. */
export function exitMessage(pod: Pick<Pod, 'spec'>, fromRuntime: string, fromContainer: string): string {
  const message = [fromRuntime, fromContainer].filter((text) => text !== '').join(': ');
  return cutToBytes(message, Math.floor(POD_BYTES / podContainers(pod).length));
}

/** The beginning, in whole characters. */
function cutToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  // The bytes of a character after its first one are 10xxxxxx.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
