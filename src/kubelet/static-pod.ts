/** How a static Pod is known (`pkg/kubelet/types/pod_update.go`). */
import type { Pod } from '../model/pod.ts';

export const CONFIG_SOURCE = 'kubernetes.io/config.source';
export const CONFIG_HASH = 'kubernetes.io/config.hash';
/** The file that it was read from: so a next agent knows whose Pod it is though the file cannot be read then. */
export const MANIFEST_FILE = 'hooklet.dev/manifest';

export const isStaticPod = ({ metadata: { annotations } }: Pick<Pod, 'metadata'>): boolean => annotations?.[CONFIG_SOURCE] === 'file';

export const manifestOf = ({ metadata: { annotations } }: Pick<Pod, 'metadata'>): string | undefined => annotations?.[MANIFEST_FILE];
