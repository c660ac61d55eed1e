/**
 * Whether this node takes a Pod at all. One that it does not take fails before anything of it is made, with a reason of
 * its own (`pkg/kubelet/lifecycle`, `pkg/kubelet/sysctl/allowlist.go`).
 */

import type { AppArmorProfile, Pod } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';
import { forbiddenSysctl } from './sysctl-allowlist.ts';

/** What the node can and may do. */
export interface NodeAbilities {
  /** The kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  /** The runtime can leave out the groups that an image gives its user. */
  readonly strictGroups: boolean;
  /** Kernel parameters beside the safe ones that the node's owner lets Pods set; a `*` at the end stands for any ending. */
  readonly allowedUnsafeSysctls: readonly string[];
}

/** The reason and message of the Pod's status and of a Warning event. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/** Undefined: the node takes it. */
export function podRejection(pod: Pod, node: NodeAbilities): Rejection | undefined {
  const sysctl = forbiddenSysctl(pod, node.allowedUnsafeSysctls);
  if (sysctl !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${sysctl}` };
  if (!node.appArmor && wantsAppArmor(pod))
    return { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' };
  if (!node.strictGroups && wantsStrictGroups(pod))
    return { reason: 'SupplementalGroupsPolicyNotSupported', message: 'SupplementalGroupsPolicy=Strict is not supported in this node' };
  return undefined;
}

export const wantsStrictGroups = ({ spec }: Pod): boolean => spec.securityContext?.supplementalGroupsPolicy === 'Strict';

/** A profile is asked for; not to be confined is no profile (`pkg/security/apparmor/validate.go` `isRequired`). */
function wantsAppArmor(pod: Pod): boolean {
  const contexts = [pod.spec.securityContext, ...podContainers(pod).map(({ spec }) => spec.securityContext)];
  return contexts.some((context) => isConfining(context?.appArmorProfile));
}

const isConfining = (profile: AppArmorProfile | undefined): boolean => profile !== undefined && profile.type !== 'Unconfined';
