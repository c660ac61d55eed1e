import type { UserInfo } from '../access.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, parseStored } from '../api-object.ts';
import type { WriteContext } from '../resources/resource.ts';

export function writeContext(core: ApiCore, user: UserInfo): WriteContext {
  return {
    nowMs: core.clock.now().wallMs,
    user,
    find: (resource, namespace, name) => findObject(core, resource, namespace, name),
    list: (resource) => core.store.list({ resource }).items.map(({ json }) => parseStored(json)),
    randomName: (length) => core.identifiers.randomName(length),
    newUid: () => core.identifiers.uid(),
  };
}

export function findObject(core: ApiCore, resource: string, namespace: string, name: string): ApiObject | undefined {
  const stored = core.store.get({ resource, namespace, name });
  return stored === undefined ? undefined : parseStored(stored.json);
}
