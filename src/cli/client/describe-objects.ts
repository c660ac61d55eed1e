/** `hooklet describe`: one object after the other, each with what belongs to it. */
import type {
  ApiConfigMap,
  ApiEvent,
  ApiLease,
  ApiNamespace,
  ApiNode,
  ApiObject,
  ApiPod,
  ApiPriorityClass,
  ApiSecret,
  ApiServiceAccount,
} from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { describePriorityClass, describeServiceAccount } from '../../printing/describe-cluster.ts';
import { describeConfigMap, describeSecret } from '../../printing/describe-config.ts';
import { describeGeneric } from '../../printing/describe-generic.ts';
import { describeNamespace } from '../../printing/describe-namespace.ts';
import { describeNode, type NodeSurroundings } from '../../printing/describe-node.ts';
import { describePod } from '../../printing/describe-pod.ts';
import { accepted, isNotFound, isStatus, refusal } from './api-refusal.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { type ApiResource, resourceName, resourcePath } from './find-resource.ts';
import { listObjects } from './list-objects.ts';
import { typed } from './print-objects.ts';
import { nothingFound, type Target, targetsOf } from './resource-args.ts';

export interface DescribeOptions extends ClientOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly showEvents?: 'true' | 'false' | boolean;
}

export async function describeObjects(args: readonly string[], options: DescribeOptions, session: ClientSession): Promise<void> {
  const targets = await targetsOf(args, session.finder);
  if (options.selector !== undefined && targets.some(({ name }) => name !== undefined)) {
    throw new HookletError('badInput', 'error: name cannot be provided when a selector is specified');
  }
  let isFirst = true;
  for (const target of targets) {
    for await (const text of describeTarget(target, options, session)) {
      session.print(isFirst ? text : `\n\n${text}`);
      isFirst = false;
    }
  }
  if (isFirst && session.exitCode === 0) session.note(nothingFound(targets, options, session));
}

/** What cannot be described is told, and the rest is. */
async function* describeTarget(target: Target, options: DescribeOptions, session: ClientSession): AsyncIterable<string> {
  const objects = await find(target, options, session).catch((error: unknown) => session.fail(error));
  for (const object of objects ?? []) {
    const text = await describe(object, target.resource, options, session).catch((error: unknown) => session.fail(error));
    if (text !== undefined) yield text;
  }
}

/** The object of the name, else those whose names begin with it. */
async function find({ resource, name }: Target, options: DescribeOptions, session: ClientSession): Promise<readonly ApiObject[]> {
  const namespace = options.allNamespaces === true ? undefined : session.namespace;
  const query = options.selector === undefined ? {} : { labelSelector: options.selector };
  const all = async (): Promise<readonly ApiObject[]> =>
    ((await listObjects(session.client, resourcePath(resource, namespace), query)).items ?? []).map((object) => typed(object, resource));
  if (name === undefined) return all();
  const answer = await session.client.request({ method: 'GET', path: resourcePath(resource, session.namespace, name) });
  if (!isNotFound(answer)) return [accepted(answer) as ApiObject];
  const alike = (await all()).filter(({ metadata }) => metadata?.name?.startsWith(name) === true);
  if (alike.length === 0) throw refusal(answer);
  return alike;
}

async function describe(object: ApiObject, resource: ApiResource, options: DescribeOptions, session: ClientSession): Promise<string> {
  const events = (selector: EventSelector = {}): Promise<readonly ApiEvent[] | undefined> =>
    options.showEvents === 'false' ? Promise.resolve(undefined) : eventsOf(object, selector, session);
  const kind = object.kind ?? resource.kind;
  switch (resourceName(resource)) {
    case 'pods':
      // Static Pods tell events of the file's uid, of which their copy in the API knows.
      return describePod(object as unknown as ApiPod, await events(mirrored(object)), session.now());
    case 'nodes':
      return describeNode(object as unknown as ApiNode, await surroundings(object, options, session), session.now());
    case 'namespaces':
      return describeNamespace(object as unknown as ApiNamespace);
    case 'configmaps':
      return describeConfigMap(object as unknown as ApiConfigMap, await events({ kind }), session.now());
    case 'serviceaccounts':
      return describeServiceAccount(object as unknown as ApiServiceAccount, await events({ kind }), session.now());
    case 'priorityclasses.scheduling.k8s.io':
      return describePriorityClass(object as unknown as ApiPriorityClass, await events({ kind }), session.now());
    case 'secrets':
      return describeSecret(object as unknown as ApiSecret);
    default:
      return describeGeneric(object, await events({ kind }), session.now());
  }
}

interface EventSelector {
  readonly kind?: string;
  readonly uid?: string;
}

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

function mirrored({ metadata }: ApiObject): EventSelector {
  const uid = metadata?.annotations?.[MIRROR_ANNOTATION];
  return uid === undefined ? {} : { uid };
}

/** What happened to the object; nothing, if one may not know. */
async function eventsOf({ metadata }: ApiObject, { kind, uid }: EventSelector, session: ClientSession): Promise<readonly ApiEvent[]> {
  const about = { name: metadata?.name, namespace: metadata?.namespace ?? '', kind, uid: uid ?? metadata?.uid };
  const fieldSelector = Object.entries(about)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `involvedObject.${field}=${value}`)
    .join(',');
  const path = metadata?.namespace === undefined ? '/api/v1/events' : `/api/v1/namespaces/${metadata.namespace}/events`;
  const list = await listObjects<ApiEvent>(session.client, path, { fieldSelector }).catch(ignoreRefusal);
  return list?.items ?? [];
}

function ignoreRefusal(error: unknown): undefined {
  if (error instanceof HookletError && error.code === 'apiRefused') return undefined;
  throw error;
}

async function surroundings(node: ApiObject, { showEvents }: DescribeOptions, session: ClientSession): Promise<NodeSurroundings> {
  const name = node.metadata?.name ?? '';
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(name)}`;
  const lease = await session.client.request({ method: 'GET', path });
  const fieldSelector = `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed`;
  const pods = await listObjects<ApiPod>(session.client, '/api/v1/pods', { fieldSelector }).catch(ignoreRefusal);
  const kind = 'Node';
  const events =
    showEvents === 'false'
      ? undefined
      : [...(await eventsOf(node, { kind }, session)), ...(await eventsOf(node, { kind, uid: name }, session))];
  const error = isStatus(lease.body) ? (lease.body.message ?? '') : `the server answered with status ${lease.status}`;
  return { lease: lease.status < 400 ? (lease.body as ApiLease) : { error }, pods: pods?.items ?? undefined, events };
}
