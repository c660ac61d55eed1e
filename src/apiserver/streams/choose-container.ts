/** Which container of a Pod a request means (`pkg/registry/core/pod/strategy.go` validateContainer), in upstream's words. */
import type { ApiPod } from '../../model/api-objects.ts';
import { badRequest } from '../status-error.ts';

export function chooseContainer(pod: ApiPod, asked: string): string {
  const podName = pod.metadata?.name ?? '';
  const regular = namesOf(pod.spec?.containers);
  const init = namesOf(pod.spec?.initContainers);
  if (asked !== '') {
    if ([...regular, ...init, ...namesOf(pod.spec?.ephemeralContainers)].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${podName}`);
  }
  const [only] = regular;
  if (only !== undefined && regular.length === 1) return only;
  const text = `a container name must be specified for pod ${podName}`;
  if (only === undefined) throw badRequest(text);
  const others = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`;
  throw badRequest(`${text}, choose one of: [${regular.join(' ')}]${others}`);
}

const namesOf = (containers: readonly { readonly name: string }[] | undefined): readonly string[] =>
  (containers ?? []).map(({ name }) => name);
