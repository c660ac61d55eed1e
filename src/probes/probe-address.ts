import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import type { ProbeParts } from './probe-parts.ts';

/** The API's `status.podIP`: of a Pod in the host's network the node's own; the runtime knows none of it. */
export async function probeAddress(
  { hostNetwork, podAddress }: Pick<WantedProbe, 'hostNetwork' | 'podAddress'>,
  { http }: Pick<ProbeParts, 'http'>,
): Promise<string | undefined> {
  return hostNetwork ? http.nodeAddress() : podAddress;
}

export const NO_ADDRESS = 'the Pod has no address';
