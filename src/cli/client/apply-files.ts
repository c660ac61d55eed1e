/** `hooklet apply`: objects of files, made or changed by server-side apply. */
import type { ApiObject } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { accepted, isNotFound } from './api-refusal.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { type ApiResource, kindName, resourcePath } from './find-resource.ts';
import { type ObjectFormat, printList, printObject } from './print-objects.ts';
import { type ReadObject, readObjects } from './read-objects.ts';

export interface ApplyOptions extends ClientOptions {
  readonly filename: readonly string[];
  readonly output?: ObjectFormat;
}

/** Under which the server keeps what was set here. */
const FIELD_MANAGER = 'hooklet';

export async function applyFiles(options: ApplyOptions, stdin: AsyncIterable<Uint8Array>, session: ClientSession): Promise<void> {
  const objects = await readObjects(options.filename, stdin);
  const written: ApiObject[] = [];
  for (const object of objects) {
    const applied = await applyObject(object, options, session).catch((error: unknown) => session.fail(error));
    if (applied === undefined) continue;
    written.push(applied.object);
    if (options.output === undefined) session.print(`${kindName(applied.resource)}/${object.name} ${applied.outcome}\n`);
  }
  const { output } = options;
  const [only] = written;
  if (output === undefined || only === undefined) return;
  session.print(written.length === 1 ? printObject(only, output) : printList(written, output));
}

interface Applied {
  readonly resource: ApiResource;
  readonly object: ApiObject;
  readonly outcome: 'created' | 'configured' | 'unchanged';
}

async function applyObject(read: ReadObject, options: ApplyOptions, session: ClientSession): Promise<Applied> {
  const resource = await resourceOf(read, session);
  const namespace = namespaceOf(read, options, session);
  const path = resourcePath(resource, namespace, read.name);
  const before = await session.client.request({ method: 'GET', path });
  const isNew = isNotFound(before);
  const version = isNew ? undefined : (accepted(before) as ApiObject).metadata?.resourceVersion;
  const answer = await session.client.request({
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER, force: 'true', fieldValidation: 'Strict' },
    contentType: 'application/apply-patch+yaml',
    body: read.content,
  });
  const object = accepted(answer, `${isNew ? 'creating' : 'applying'} "${read.file}"`) as ApiObject;
  const outcome = isNew ? 'created' : object.metadata?.resourceVersion === version ? 'unchanged' : 'configured';
  return { resource, object, outcome };
}

export async function resourceOf(
  { apiVersion, kind, name, namespace = '', file }: ReadObject,
  { finder }: ClientSession,
): Promise<ApiResource> {
  const resource = await finder.byKind(apiVersion, kind);
  if (resource !== undefined) return resource;
  throw new HookletError(
    'badInput',
    `error: resource mapping not found for name: "${name}" namespace: "${namespace}" from "${file}": no matches for kind "${kind}" in version "${apiVersion}"`,
  );
}

/** What the file says and what was asked for must not differ. */
export function namespaceOf({ namespace }: ReadObject, options: ClientOptions, session: ClientSession): string {
  if (namespace === undefined || options.namespace === undefined || options.namespace === namespace) return namespace ?? session.namespace;
  throw new HookletError(
    'badInput',
    `error: the namespace from the provided object "${namespace}" does not match the namespace "${options.namespace}". You must pass '--namespace=${namespace}' to perform this operation.`,
  );
}
