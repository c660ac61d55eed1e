import { containerSecurity } from '../core/container/security.ts';
import type { ContainerSecurity } from '../core/runtime-spec.ts';
import type { Container } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { WorkerContext } from './worker-context.ts';

/** Rejects with `containerNotConfigured`, in upstream's words, when the container would run as somebody it must not run as. */
export async function securityOf({ pod, parts }: WorkerContext, container: Container): Promise<ContainerSecurity> {
  const { runAsUser } = { ...pod.spec.securityContext, ...container.securityContext };
  // Asked only when it matters: whoever names a user does not run as the image's.
  const imageUser = runAsUser === undefined ? await parts.runtime.cri.imageUser(container.image) : undefined;
  const security = containerSecurity(pod, container, { imageUser, seccompDirectory: parts.host.paths.seccompDir });
  if ('error' in security) throw new HookletError('containerNotConfigured', security.error, { retry: 'later' });
  return security;
}
