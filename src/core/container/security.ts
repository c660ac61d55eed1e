/**
 * What a Pod's and a container's securityContext ask of the runtime (`pkg/kubelet/kuberuntime/security_context.go`,
 * `pkg/securitycontext/util.go`). What a container says comes before what its Pod says. Hooks and probes that run a command
 * are processes of the same kind: they are made from the container's own.
 */

import type { AppArmorProfile, Container, Pod, SELinuxOptions, SeccompProfile, SecurityContext } from '../../model/pod.ts';
import { podContainers } from '../../model/pod-containers.ts';
import type { ContainerSecurity, GroupsSpec, PodNamespaces, ProfileSpec, SandboxSecurity, SELinuxSpec, UserSpec } from '../runtime-spec.ts';

export interface SecurityPlaces {
  /** Whom the image names; undefined when the image is not there. An image that names nobody runs as root. */
  readonly imageUser: UserSpec | undefined;
  /** Absolute; profiles of type Localhost lie below. */
  readonly seccompDirectory: string;
}

/** `pkg/kubelet/kuberuntime/util/util.go` `NamespacesForPod`; CRI's own zero value would share the process namespace. */
export const podNamespaces = ({ spec }: Pod): PodNamespaces => ({
  network: spec.hostNetwork === true ? 'node' : 'pod',
  pid: spec.hostPID === true ? 'node' : spec.shareProcessNamespace === true ? 'pod' : 'container',
  ipc: spec.hostIPC === true ? 'node' : 'pod',
});

export function sandboxSecurity(pod: Pod): SandboxSecurity {
  const { runAsUser, runAsGroup, seLinuxOptions } = pod.spec.securityContext ?? {};
  return {
    ...groups(pod),
    // A runtime refuses a group without a user. The containers' group is not decided here.
    ...(runAsUser === undefined ? {} : { runAsUser, ...(runAsGroup === undefined ? {} : { runAsGroup }) }),
    privileged: podContainers(pod).some(({ spec }) => spec.securityContext?.privileged === true),
    ...(seLinuxOptions === undefined ? {} : { seLinux: seLinux(seLinuxOptions) }),
  };
}

/** `error`: why the container may not be made as it is; its Pod or its image has to change (`CreateContainerConfigError`). */
export function containerSecurity(
  pod: Pod,
  container: Container,
  { imageUser, seccompDirectory }: SecurityPlaces,
): ContainerSecurity | { readonly error: string } {
  // What both may say, the container says last.
  const { capabilities, ...context }: SecurityContext = { ...pod.spec.securityContext, ...container.securityContext };
  const rootError = context.runAsNonRoot === true ? nonRootError(context.runAsUser, imageUser) : undefined;
  if (rootError !== undefined) return { error: `${rootError} (pod: "${podText(pod)}", container: ${container.name})` };
  return {
    ...groups(pod),
    ...identity(context, imageUser),
    addCapabilities: (capabilities?.add ?? []).map(capability),
    dropCapabilities: (capabilities?.drop ?? []).map(capability),
    privileged: context.privileged === true,
    readOnlyRoot: context.readOnlyRootFilesystem === true,
    noNewPrivileges: context.allowPrivilegeEscalation === false,
    seccomp: seccomp(context.seccompProfile, seccompDirectory),
    ...(context.appArmorProfile === undefined ? {} : { appArmor: profile(context.appArmorProfile, (name) => name) }),
    ...(context.seLinuxOptions === undefined ? {} : { seLinux: seLinux(context.seLinuxOptions) }),
    unmaskedProc: context.procMount === 'Unmasked',
  };
}

function identity({ runAsUser, runAsGroup }: SecurityContext, imageUser: UserSpec | undefined): Pick<ContainerSecurity, 'user' | 'group'> {
  const user = runAsUser === undefined ? imageUser : { uid: runAsUser };
  return { ...(user === undefined ? {} : { user }), ...(runAsGroup === undefined ? {} : { group: runAsGroup }) };
}

/** `pkg/kubelet/kuberuntime/security_context_others.go` `verifyRunAsNonRoot`: only a number can be told from root. */
function nonRootError(runAsUser: number | undefined, imageUser: UserSpec | undefined): string | undefined {
  if (runAsUser !== undefined) return runAsUser === 0 ? "container's runAsUser breaks non-root policy" : undefined;
  if (imageUser === undefined) return 'container has runAsNonRoot and its image is not there, cannot verify user is non-root';
  if ('name' in imageUser)
    return `container has runAsNonRoot and image has non-numeric user (${imageUser.name}), cannot verify user is non-root`;
  if (imageUser.uid === 0) return 'container has runAsNonRoot and image will run as root';
  if (imageUser.uid < 0 || imageUser.uid > MAX_ID) {
    const rule = `must be between 0 and ${MAX_ID}, inclusive`;
    return `container has runAsNonRoot and image has an invalid user id (${imageUser.uid}). (Must be 1-(${MAX_ID})): ${rule}`;
  }
  return undefined;
}

const MAX_ID = 2 ** 31 - 1;

const podText = ({ metadata: { name, namespace, uid } }: Pod): string => `${name}_${namespace}(${uid})`;

/** The group that owns the volumes is one more group of each process (`fsGroup`). */
function groups({ spec: { securityContext = {} } }: Pod): GroupsSpec {
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = securityContext;
  return {
    supplementalGroups: [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups],
    strictGroups: supplementalGroupsPolicy === 'Strict',
  };
}

/** The API's names have no "CAP_"; those who write it mean the same. A runtime that adds it would look for CAP_CAP_…. */
const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

/** Without a profile there is no filter: a kubelet asks for none by default (`fieldSeccompProfile`). */
const seccomp = (wanted: SeccompProfile | undefined, directory: string): ProfileSpec =>
  wanted === undefined ? { type: 'unconfined' } : profile(wanted, (path) => `${directory}/${path}`);

function profile({ type, localhostProfile }: SeccompProfile | AppArmorProfile, refOf: (name: string) => string): ProfileSpec {
  switch (type) {
    case 'RuntimeDefault':
      return { type: 'runtimeDefault' };
    case 'Unconfined':
      return { type: 'unconfined' };
    case 'Localhost':
      return { type: 'localhost', ref: refOf(localhostProfile ?? '') };
    default:
      return type satisfies never;
  }
}

const seLinux = ({ user = '', role = '', type = '', level = '' }: SELinuxOptions): SELinuxSpec => ({ user, role, type, level });
