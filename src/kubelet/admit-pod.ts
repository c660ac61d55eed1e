import { podRejection, type Rejection, wantsStrictGroups } from '../core/admission/admit-pod.ts';
import type { SandboxState } from '../core/runtime-state.ts';
import type { WorkerContext } from './worker-context.ts';

/** Why this node does not take the Pod; not asked any more once anything of it was made, by an earlier agent too. */
export async function rejectionOf({ pod, parts, log }: WorkerContext, sandboxes: readonly SandboxState[]): Promise<Rejection | undefined> {
  const { rejected, sandbox, deleting } = log.history;
  if (rejected !== undefined || sandbox !== undefined || deleting !== undefined || sandboxes.length > 0) return undefined;
  const { appArmor, allowedUnsafeSysctls } = parts.host;
  const strictGroups = wantsStrictGroups(pod) && (await parts.runtime.cri.features()).strictGroups;
  return podRejection(pod, { appArmor, allowedUnsafeSysctls, strictGroups });
}
