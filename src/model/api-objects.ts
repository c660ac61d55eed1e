/**
 * Kubernetes objects as they travel: plain JSON, as a server answered it or a store kept it. Nothing is defaulted here
 * and nothing validated: a field that the types call required may be missing in what an older server sent.
 */

import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1/Lease';
import type { IRuntimeClass } from 'kubernetes-models/node.k8s.io/v1/RuntimeClass';
import type { IPriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IContainerState } from 'kubernetes-models/v1/ContainerState';
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus';
import type { IEvent } from 'kubernetes-models/v1/Event';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { INode } from 'kubernetes-models/v1/Node';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import type { IReplicationController } from 'kubernetes-models/v1/ReplicationController';
import type { IResourceRequirements } from 'kubernetes-models/v1/ResourceRequirements';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { IVolume } from 'kubernetes-models/v1/Volume';

export type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

/** A map of strings, as labels are. */
export type StringMap = Readonly<Record<string, string>>;

export type ApiPod = DeepReadonly<IPod>;
export type ApiPodSpec = DeepReadonly<IPodSpec>;
export type ApiContainer = DeepReadonly<IContainer>;
export type ApiContainerStatus = DeepReadonly<IContainerStatus>;
export type ApiContainerState = DeepReadonly<IContainerState>;
export type ApiResourceRequirements = DeepReadonly<IResourceRequirements>;
export type ApiProbe = DeepReadonly<IProbe>;
export type ApiVolume = DeepReadonly<IVolume>;
export type ApiNode = DeepReadonly<INode>;
export type ApiLease = DeepReadonly<ILease>;
export type ApiEvent = DeepReadonly<IEvent>;
export type ApiNamespace = DeepReadonly<INamespace>;
export type ApiConfigMap = DeepReadonly<IConfigMap>;
export type ApiSecret = DeepReadonly<ISecret>;
export type ApiServiceAccount = DeepReadonly<IServiceAccount>;
export type ApiService = DeepReadonly<IService>;
export type ApiReplicationController = DeepReadonly<IReplicationController>;
export type ApiRuntimeClass = DeepReadonly<IRuntimeClass>;
export type ApiPriorityClass = DeepReadonly<IPriorityClass>;
export type ApiDeployment = DeepReadonly<IDeployment>;
export type ApiReplicaSet = DeepReadonly<IReplicaSet>;
export type ApiStatefulSet = DeepReadonly<IStatefulSet>;
export type ApiDaemonSet = DeepReadonly<IDaemonSet>;
export type ApiJob = DeepReadonly<IJob>;
export type ApiCronJob = DeepReadonly<ICronJob>;

/** What every object has, whatever its kind. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ApiObjectMeta;
}

export interface ApiObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  /** RFC 3339; JSON may say null. */
  readonly creationTimestamp?: string | null;
}

/** A list of any kind; `metadata.continue` is there when more follow. */
export interface ApiList<Item = ApiObject> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items?: readonly Item[];
}

/** `meta.k8s.io/v1` Table: what a server answers when it is asked to print. */
export interface ApiTable {
  readonly apiVersion: string;
  readonly kind: 'Table';
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  /** Empty in a watch after the first event: as before. */
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly ApiTableRow[];
}

export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  /** `name` marks the column that identifies the object. */
  readonly format: '' | 'name';
  readonly description: string;
  /** 0 is always shown, more only in wide output. */
  readonly priority: number;
}

export type TableCell = string | number | boolean | null;

export interface TableRowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

/** A row without its object: what printing can know. */
export interface TableRow {
  /** One for each column, in order. */
  readonly cells: readonly TableCell[];
  readonly conditions?: readonly TableRowCondition[];
}

export interface ApiTableRow extends TableRow {
  /** The object or its metadata alone, as the request asked. */
  readonly object?: ApiObject;
}

/** `v1` Status: how a server says that it did not do it. */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string; readonly uid?: string };
}
