import type { AccessAttributes, UserInfo } from '../access.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, parseStored } from '../api-object.ts';
import type { CallServer, ChangeTarget, ResourceDescription } from '../resources/resource.ts';
import { changeObject } from './change-object.ts';
import { readOptions } from './delete.ts';
import { deleteObject } from './delete-object.ts';
import { findObject } from './write-context.ts';

/** The API server itself, as who wrote what a call brought about. */
const MANAGER = 'hooklet';

/** What a call of a resource may do here. */
export function callServer(core: ApiCore, user: UserInfo = SYSTEM): CallServer {
  const resourceOf = ({ plural }: ChangeTarget): ResourceDescription => {
    const resource = core.resources.stored(plural);
    if (resource === undefined) throw new Error(`No resource keeps its objects as "${plural}"`);
    return resource;
  };
  return {
    nowMs: core.clock.now().wallMs,
    find: (resource, namespace, name) => findObject(core, resource, namespace, name),
    change: async (target, change): Promise<ApiObject> => {
      const { namespace, name, dryRun, subresource } = target;
      const order = { resource: resourceOf(target), namespace, name, subresource, dryRun, user, manager: MANAGER, change };
      return parseStored(await changeObject(core, order));
    },
    remove: async (target, options) => {
      const { namespace, name, dryRun } = target;
      await deleteObject(core, { resource: resourceOf(target), namespace, name, options: readOptions(options), user, dryRun });
    },
    authorize: async (attributes: AccessAttributes) => core.authorizer.authorize(attributes),
    rulesOf: (subject, namespace) => core.authorizer.rulesOf?.(subject, namespace),
    reviewToken: async (token, audiences) => core.authenticator.reviewToken?.(token, audiences),
    issueToken:
      core.tokenIssuer === undefined ? undefined : (order) => (core.tokenIssuer as NonNullable<typeof core.tokenIssuer>).issue(order),
  };
}

/** Writes of the server's own making. */
export const SYSTEM: UserInfo = { username: 'system:apiserver', groups: ['system:masters'] };
