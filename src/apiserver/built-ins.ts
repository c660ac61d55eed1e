/** What a cluster has from its first moment: made at start-up where it is missing. */
import type { ApiCore } from './api-core.ts';
import type { ApiObject } from './api-object.ts';
import { BUILT_IN_NAMESPACES } from './resources/namespaces.ts';
import { SYSTEM_PRIORITY_CLASSES } from './resources/priority-classes.ts';
import { SYSTEM } from './verbs/call-server.ts';
import { createObject } from './verbs/create-object.ts';

export async function createBuiltIns(core: ApiCore): Promise<void> {
  for (const name of BUILT_IN_NAMESPACES) {
    await createIfMissing(core, 'namespaces', { kind: 'Namespace', apiVersion: 'v1', metadata: { name } });
  }
  for (const [name, { value, description }] of Object.entries(SYSTEM_PRIORITY_CLASSES)) {
    const priorityClass = { kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name }, value, description };
    await createIfMissing(core, 'scheduling.k8s.io/priorityclasses', priorityClass);
  }
}

async function createIfMissing(core: ApiCore, storage: string, object: ApiObject): Promise<void> {
  const resource = core.resources.stored(storage);
  if (resource === undefined || core.store.get({ resource: storage, namespace: '', name: object.metadata.name }) !== undefined) return;
  await createObject(core, { resource, namespace: '', object, user: SYSTEM, dryRun: false, manager: 'hooklet' });
}
