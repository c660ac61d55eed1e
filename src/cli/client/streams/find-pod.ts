import type { ApiPod } from '../../../model/api-objects.ts';
import { HookletError } from '../../../ports/hooklet-error.ts';
import { accepted } from '../api-refusal.ts';
import type { ClientSession } from '../client-session.ts';
import { resourcePath } from '../find-resource.ts';
import { targetsOf } from '../resource-args.ts';

/** `pod`: "web", or "pod/web". */
export async function findPod(pod: string, session: ClientSession): Promise<{ readonly path: string; readonly found: ApiPod }> {
  const [target] = await targetsOf(pod.includes('/') ? [pod] : ['pods', pod], session.finder);
  if (target?.name === undefined || target.resource.plural !== 'pods') {
    throw new HookletError('badInput', `error: "${pod}" is no Pod: only Pods have streams`);
  }
  const path = resourcePath(target.resource, session.namespace, target.name);
  return { path, found: accepted(await session.client.request({ method: 'GET', path })) as ApiPod };
}
