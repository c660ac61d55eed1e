/**
 * Why `hooklet run` refuses what is valid in Kubernetes, and what to do instead: the end of "not supported by hooklet
 * run: …". Each names the feature; what is not in hooklet's design for good is in section 9 of `design.md`.
 */
export const WHY = {
  scheduling: 'there is one node, and scheduling over nodes is not part of hooklet; leave it out',
  schedulingGates: 'there is no scheduler that would wait for gates to be lifted; start the Pod when it may run',
  ephemeralContainers: 'ephemeral containers are not part of hooklet; give the Pod a further container',
  hostnameOverride: 'a name that overrides all others cannot be had; give hostname, or hostname, subdomain and setHostnameAsFQDN',
  runtimeClass: 'RuntimeClasses are not part of hooklet: every Pod runs under the default handler of its runtime; leave it out',
  devices: 'devices, extended resources and their claims come from device plugins, which are not part of hooklet',
  podResources: 'resources of a whole Pod cannot be given; give them to its containers',
  otherResources:
    'only cpu and memory can be asked for; other resources come from device plugins or are not counted, and neither is part of hooklet',
  resize: 'resources are not resized in place; change them in the manifest and run it again',
  blockDevices: 'block devices come from persistent volumes, and CSI and PVC are not part of hooklet',
  clusterStorage:
    'storage of a cluster (CSI and PVC, and what they replaced) is not part of hooklet; mount it on the host and give a hostPath',
  gitRepo: 'Kubernetes has removed gitRepo volumes; clone into an emptyDir by an init container',
  imageVolume: 'images are not mounted as volumes; copy what you need into an emptyDir by an init container with that image',
  tokens: 'there is no API here that issues tokens or certificates, and the Pod would wait for ever; leave this source out',
  userNamespaces: 'user namespaces are not part of hooklet; leave it out, and give runAsUser and runAsNonRoot',
  windows: 'Windows is not part of hooklet',
  hugePages: 'huge pages are not part of hooklet; give the medium "Memory", or none',
  fieldVersion: 'the fields of a Pod are those of "v1"',
  recursiveReadOnly: 'the runtimes that hooklet runs on make the mount itself read-only, not what is mounted below it; leave it out',
} as const;

/** The same reason for each of these fields. */
export function because(why: string, fields: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map((field) => [field, why]));
}
