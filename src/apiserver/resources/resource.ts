/**
 * One resource of the API as data. The verbs know no resource by name: whatever is special about one stands in its
 * description, as a value or as a pure function.
 */
import type { NameRule } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import type { AccessAttributes, AccessDecision, AccessRule, ReviewedUser, UserInfo } from '../access.ts';
import type { ApiObject } from '../api-object.ts';
import type { Verb } from '../request-info.ts';
import type { ResourceTable } from '../table.ts';
import type { TokenIssuer } from '../token-issuer.ts';

export interface ResourceDescription {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** By name; "status" is a part of the object, the others are calls. */
  readonly subresources?: Readonly<Record<string, Subresource>>;
  /** Absent: nothing is kept; such a resource only answers (`SelfSubjectReview`) or is always empty. */
  readonly storage?: StorageForm;
  /** A row of the generated schema. */
  readonly typeName: string;
  readonly strategy: Strategy;
  readonly table?: ResourceTable;
  /** Why there is no more of it here: follows "create is not supported on resources of kind …". */
  readonly refusal?: string;
  /** For a resource without storage: what POST answers. */
  readonly call?: ResourceCall;
}

export interface StorageForm {
  /** As the store names it: `<group>/<plural>`, or `<plural>` of the core group. */
  readonly resource: string;
  /** Where two groups show the same objects: from the stored shape and back. Absent: stored as shown. */
  readonly shown?: (stored: ApiObject) => ApiObject;
  readonly stored?: (shown: ApiObject) => ApiObject;
  /** Objects are gone so long after their last write. */
  readonly ttlMs?: number;
}

export type Subresource =
  /** A part of the object with writers of its own: GET, PUT and PATCH. */
  | { readonly kind: 'part' }
  /** PUT of the whole object, which changes this part only (`namespaces/finalize`). */
  | { readonly kind: 'replace' }
  /** POST of another kind of object. */
  | { readonly kind: 'call'; readonly gvk: GroupVersionKind; readonly typeName: string; readonly call: ResourceCall }
  /** Bytes that somebody else carries: logs, exec, attach, port-forward, proxy. */
  | { readonly kind: 'stream'; readonly verbs: readonly Verb[]; readonly gvk: GroupVersionKind };

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What a call needs from the server; given by the handler. */
export interface CallContext {
  readonly namespace: string;
  /** Empty where the call is not one on an object. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly server: CallServer;
}

/** The verbs of this server, for calls that end in one. */
export interface CallServer {
  readonly nowMs: number;
  find(resource: string, namespace: string, name: string): ApiObject | undefined;
  /** Reads, changes and writes until nobody came between; `dryRun` writes nothing. Throws StatusErrors. */
  change(target: ChangeTarget, change: (live: ApiObject) => ApiObject): Promise<ApiObject>;
  /** As DELETE of the object would; `options` are DeleteOptions. */
  remove(target: ChangeTarget, options: Readonly<Record<string, unknown>>): Promise<void>;
  authorize(attributes: AccessAttributes): Promise<AccessDecision>;
  /** `undefined`: they cannot be listed. */
  rulesOf(user: UserInfo, namespace: string): readonly AccessRule[] | undefined;
  reviewToken(token: string, audiences: readonly string[]): Promise<ReviewedUser | undefined>;
  /** Absent: no tokens of ServiceAccounts here. */
  readonly issueToken: TokenIssuer['issue'] | undefined;
}

export interface ChangeTarget {
  /** As the store names the resource. */
  readonly plural: string;
  /** Whose strategy says what may change; empty: the object's own. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
}

/** Answers with the object of the response; throws StatusErrors. */
export type ResourceCall = (given: ApiObject, context: CallContext) => ApiObject | Promise<ApiObject>;

export interface WriteContext {
  readonly nowMs: number;
  readonly user: UserInfo;
  find(resource: string, namespace: string, name: string): ApiObject | undefined;
  list(resource: string): readonly ApiObject[];
  /** Lower-case letters and digits, as generated names end in. */
  randomName(length: number): string;
  readonly newUid: () => string;
}

/** Everything is pure but for the context; what is absent has nothing special. */
export interface Strategy {
  readonly nameRule: NameRule;
  /** Fills in what the type defaults, on every write. */
  readonly defaults?: (object: ApiObject) => ApiObject;
  /** What only a server may set, and what admission adds. `metadata` has been dealt with. Throws StatusErrors. */
  readonly prepareForCreate?: (object: ApiObject, context: WriteContext) => ApiObject;
  /** Keeps what this way of writing must not change: the status in an update, the spec in an update of the status. */
  readonly prepareForUpdate?: (object: ApiObject, live: ApiObject, subresource: string) => ApiObject;
  readonly validate?: (object: ApiObject) => readonly Finding[];
  /** Beside `validate`, which runs for updates too unless `validatesUpdatesAlone`. */
  readonly validateUpdate?: (object: ApiObject, live: ApiObject, subresource: string) => readonly Finding[];
  readonly warnings?: (object: ApiObject) => readonly string[];
  /** Other objects that come into being in the same transaction. */
  readonly alsoCreate?: (object: ApiObject, context: WriteContext) => readonly CompanionObject[];
  /** Seconds of grace for a first delete; absent: no graceful deletion. `asked` is what the client gave. */
  readonly grace?: (object: ApiObject, asked: number | undefined) => number;
  /** Why this object stays. */
  readonly refuseDelete?: (object: ApiObject) => string | undefined;
  /** Turns a delete into an update that begins it (namespaces). `remove`: all is done, it goes now. Throws StatusErrors. */
  readonly beginDelete?: (object: ApiObject, context: WriteContext) => ApiObject | 'remove';
  /** Whether an object marked as deleted, without finalizers, is done with. Absent: yes. */
  readonly mayGo?: (object: ApiObject) => boolean;
  /** The field that tells whether `generation` grows: absent, the resource has none. */
  readonly generationOf?: string;
  readonly createsOnUpdate?: boolean;
  readonly updateNeedsVersion?: boolean;
  /** DELETE answers with the object, not with a Status. */
  readonly answersDeleted?: boolean;
}

export interface CompanionObject {
  readonly resource: string;
  readonly object: ApiObject;
}

/** All that is usual for a resource with storage. */
export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
