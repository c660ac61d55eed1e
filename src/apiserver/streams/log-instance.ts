/**
 * Which instance of a container a log is of, by what the API shows of the Pod, or why there is none yet
 * (`pkg/kubelet/kubelet_pods.go` validateContainerLogStatus).
 */
import type { ApiContainerState, ApiContainerStatus, ApiPod } from '../../model/api-objects.ts';
import { badRequest, type StatusError } from '../status-error.ts';

/** The runtime's id of it, without the runtime's name. */
export function logInstance(pod: ApiPod, container: string, previous: boolean): string {
  const status = statusOf(pod, container);
  const of = `container "${container}" in pod "${pod.metadata?.name ?? ''}"`;
  if (status === undefined) throw badRequest(`${of} is not available`);
  const last = endedId(status.lastState);
  if (previous) return last ?? refuse(`previous terminated ${of} not found`);
  const { running, terminated, waiting } = status.state ?? {};
  if (running !== undefined) return bare(status.containerID) ?? refuse(`${of} is not available`);
  // An instance that could not be made has no log: then it is that of the one before.
  if (terminated !== undefined) return endedId(status.state) ?? last ?? refuse(`${of} is terminated`);
  if (status.lastState?.terminated !== undefined) return last ?? refuse(`${of} is terminated`);
  if (waiting === undefined) throw badRequest(`${of} is waiting to start - no logs yet`);
  throw waitingToStart(of, waiting.reason ?? '');
}

function waitingToStart(of: string, reason: string): StatusError {
  if (reason === 'ErrImagePull') return badRequest(`${of} is waiting to start: image can't be pulled`);
  if (reason === 'ImagePullBackOff') return badRequest(`${of} is waiting to start: trying and failing to pull image`);
  return badRequest(`${of} is waiting to start: ${reason}`);
}

function statusOf({ status }: ApiPod, container: string): ApiContainerStatus | undefined {
  const all = [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses].flatMap((list) => list ?? []);
  return all.find(({ name }) => name === container);
}

const endedId = (state: ApiContainerState | undefined): string | undefined => bare(state?.terminated?.containerID);

/** `containerd://<id>` */
function bare(id: string | undefined): string | undefined {
  const found = id?.slice(id.indexOf('://') + 3);
  return found === undefined || found === '' || !id?.includes('://') ? undefined : found;
}

function refuse(text: string): never {
  throw badRequest(text);
}
