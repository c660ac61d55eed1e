/** `hooklet delete`: asks the server to delete objects, and waits until they are gone. */
import type { ApiObject, ApiStatus } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { accepted, isNotFound, refusal } from './api-refusal.ts';
import { namespaceOf, resourceOf } from './apply-files.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { type ApiResource, kindName, resourceName, resourcePath } from './find-resource.ts';
import { listObjects } from './list-objects.ts';
import { readObjects } from './read-objects.ts';
import { targetsOf } from './resource-args.ts';
import { type Awaited, waitUntilGone } from './wait-until-gone.ts';

export interface DeleteOptions extends ClientOptions {
  readonly filename?: readonly string[];
  readonly selector?: string;
  readonly all?: boolean;
  readonly gracePeriod?: number;
  readonly now?: boolean;
  readonly force?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly wait?: 'true' | 'false' | boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly output?: 'name';
}

export interface DeleteRequest {
  readonly args: readonly string[];
  readonly options: DeleteOptions;
  readonly stdin: AsyncIterable<Uint8Array>;
}

interface Doomed {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
}

export async function deleteObjects(request: DeleteRequest, session: ClientSession): Promise<void> {
  const { options } = request;
  const graceSeconds = graceOf(options);
  const doomed = await findDoomed(request, session);
  if (graceSeconds === 0) {
    session.note(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    );
  }
  const waits: Awaited[] = [];
  for (const object of doomed) {
    const deleted = await deleteObject(object, graceSeconds, options, session).catch((error: unknown) => session.fail(error));
    if (deleted !== undefined) waits.push(deleted);
  }
  if (doomed.length === 0) session.print('No resources found\n');
  if (options.wait !== 'false') await waitUntilGone(waits, options.timeout, session);
}

/** Undefined: what the object says. 0 only by force: else the object must be seen to end. */
function graceOf({ gracePeriod, now, force }: DeleteOptions): number | undefined {
  if (now === true && gracePeriod !== undefined)
    throw new HookletError('badInput', 'error: --now and --grace-period cannot be specified together');
  if (force === true && (gracePeriod ?? 0) > 0) {
    throw new HookletError('badInput', 'error: --force and --grace-period greater than 0 cannot be specified together');
  }
  if (force === true) return 0;
  return now === true || gracePeriod === 0 ? 1 : gracePeriod;
}

async function findDoomed({ args, options, stdin }: DeleteRequest, session: ClientSession): Promise<readonly Doomed[]> {
  if (options.filename !== undefined) {
    if (args.length > 0) throw new HookletError('badInput', 'error: when files are given as arguments, resource arguments are not allowed');
    return fromFiles(options.filename, options, { stdin, session });
  }
  if (args.length === 0) throw new HookletError('badInput', 'error: You must provide one or more resources by argument or filename.');
  const targets = await targetsOf(args, session.finder);
  const isNamed = targets.every(({ name }) => name !== undefined);
  const isSelected = options.selector !== undefined || options.all === true;
  if (isNamed && isSelected) throw new HookletError('badInput', 'error: name cannot be provided when a selector is specified');
  if (!isNamed && !isSelected) throw new HookletError('badInput', 'error: resource(s) were provided, but no name was specified');
  const { namespace } = session;
  if (isNamed) return targets.map(({ resource, name = '' }) => ({ resource, namespace, name }));
  const lists = await Promise.all(targets.map(({ resource }) => selected(resource, options, session)));
  return lists.flat();
}

async function fromFiles(
  files: readonly string[],
  options: DeleteOptions,
  { stdin, session }: { readonly stdin: AsyncIterable<Uint8Array>; readonly session: ClientSession },
): Promise<readonly Doomed[]> {
  const objects = await readObjects(files, stdin);
  return Promise.all(
    objects.map(async (read) => ({
      resource: await resourceOf(read, session),
      namespace: namespaceOf(read, options, session),
      name: read.name,
    })),
  );
}

async function selected(
  resource: ApiResource,
  { selector }: DeleteOptions,
  { client, namespace }: ClientSession,
): Promise<readonly Doomed[]> {
  const query = selector === undefined ? {} : { labelSelector: selector };
  const { items = [] } = await listObjects(client, resourcePath(resource, namespace), query);
  return items.map(({ metadata }) => ({ resource, namespace: metadata?.namespace ?? namespace, name: metadata?.name ?? '' }));
}

async function deleteObject(
  object: Doomed,
  graceSeconds: number | undefined,
  options: DeleteOptions,
  session: ClientSession,
): Promise<Awaited | undefined> {
  const { resource, namespace, name } = object;
  const path = resourcePath(resource, namespace, name);
  const grace = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...grace };
  const answer = await session.client.request({ method: 'DELETE', path, body });
  if (isNotFound(answer)) {
    if (options.ignoreNotFound === true) return undefined;
    throw refusal(answer);
  }
  const uid = uidOf(accepted(answer));
  session.print(options.output === 'name' ? `${kindName(resource)}/${name}\n` : deletedText(object, graceSeconds === 0));
  return {
    path,
    what: `${resourceName(resource)}/${name}`,
    collection: resourcePath(resource, namespace),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

/** As of kubectl 1.34; before it the namespace was not told. */
function deletedText({ resource, namespace, name }: Doomed, isForced: boolean): string {
  const where = resource.namespaced ? ` from ${namespace} namespace` : '';
  return `${kindName(resource)} "${name}" ${isForced ? 'force deleted' : 'deleted'}${where}\n`;
}

/** Of the object as it was, or of what the server says of it. */
function uidOf(body: unknown): string | undefined {
  const { metadata, details } = body as ApiObject & ApiStatus;
  return metadata?.uid ?? details?.uid;
}
