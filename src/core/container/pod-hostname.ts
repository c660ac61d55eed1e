/** What a Pod is called in its own containers (`pkg/kubelet/kubelet_pods.go`, `pkg/kubelet/util/util.go`). */
import type { Pod } from '../../model/pod.ts';

/** Linux keeps 64 bytes; a host name ends one earlier. */
const MAX_HOSTNAME = 63;
const MAX_FQDN = 64;

export interface PodHostname {
  readonly hostname: string;
  /** The domain of a Pod with a `subdomain`; empty without. */
  readonly domain: string;
}

export function podHostname({ metadata, spec }: Pod, clusterDomain: string): PodHostname {
  const name = spec.hostname === undefined || spec.hostname === '' ? metadata.name : spec.hostname;
  const hostname = name.length > MAX_HOSTNAME ? name.slice(0, MAX_HOSTNAME).replace(/[.-]+$/, '') : name;
  const { subdomain = '' } = spec;
  return { hostname, domain: subdomain === '' ? '' : `${subdomain}.${metadata.namespace}.svc.${clusterDomain}` };
}

/** What `uname -n` says there; `error`: the kernel has no room for it. */
export function kernelHostname(pod: Pod, clusterDomain: string): string | { readonly error: string } {
  const { hostname, domain } = podHostname(pod, clusterDomain);
  if (domain === '' || pod.spec.setHostnameAsFQDN !== true) return hostname;
  const fqdn = `${hostname}.${domain}`;
  if (fqdn.length <= MAX_FQDN) return fqdn;
  return {
    error: `failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long (${MAX_FQDN} characters is the max, ${fqdn.length} characters requested)`,
  };
}
