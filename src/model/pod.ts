/**
 * The Pod as hooklet runs it: parsed, defaulted and validated once (`read-manifests.ts`), readonly from then on.
 * Fields carry the API's names; a field that Kubernetes defaults is required here. Fields that no part of hooklet
 * reads yet are kept in the object (they pass through untouched) but are not named in these types.
 */

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
}

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

/** A Pod of a manifest, before it was accepted: it has no uid yet unless the manifest gives one. */
export type PodManifest = Omit<Pod, 'metadata'> & { readonly metadata: Omit<ObjectMeta, 'uid'> & { readonly uid?: string } };

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface PodSpec {
  readonly restartPolicy: RestartPolicy;
  /** Seconds, 0 to 2^31 - 1 (a negative value was turned into 1). */
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly hostNetwork?: boolean;
  readonly hostname?: string;
  readonly os?: { readonly name: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly ports?: readonly ContainerPort[];
  readonly resources?: ResourceRequirements;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly lifecycle?: Lifecycle;
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

export interface EnvVar {
  readonly name: string;
  /** Literal value; the API's default is the empty string. */
  readonly value?: string;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly hostPort?: number;
  readonly hostIP?: string;
}

/** Quantities as the API spells them ("500m", "64Mi"); `quantity.ts` reads them. Requests were copied from limits. */
export interface ResourceRequirements {
  readonly limits?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type?: string };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly mountPropagation?: 'None' | 'HostToContainer' | 'Bidirectional';
}

export interface Lifecycle {
  readonly postStart?: LifecycleHandler;
  readonly preStop?: LifecycleHandler;
  /** As the API spells it, e.g. "SIGUSR1". */
  readonly stopSignal?: string;
}

/** Exactly one member is set; validation saw to it. */
export interface LifecycleHandler {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: HTTPGetAction;
  readonly sleep?: { readonly seconds: number };
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
}

export interface HTTPGetAction {
  readonly path: string;
  readonly port: number | string;
  readonly host?: string;
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

/** "namespace/name": how people name a Pod. Unique among living Pods only; state is keyed by uid. */
export const podKey = (pod: { readonly metadata: { readonly namespace: string; readonly name: string } }): string =>
  `${pod.metadata.namespace}/${pod.metadata.name}`;
