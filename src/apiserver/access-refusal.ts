import type { AccessAttributes } from './access.ts';
import { forbidden, StatusError } from './status-error.ts';

/** `endpoints/handlers/responsewriters/errors.go` forbiddenMessage. */
export function refusal(attributes: AccessAttributes, reason: string | undefined): StatusError {
  const who = `User ${JSON.stringify(attributes.user.username)} cannot`;
  const because = reason === undefined || reason === '' ? '' : `: ${reason}`;
  if (attributes.kind === 'path') {
    return new StatusError(403, 'Forbidden', `forbidden: ${who} ${attributes.verb} path ${JSON.stringify(attributes.path)}${because}`, {});
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(namespace)}`;
  const text = `${who} ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)}${where}${because}`;
  return forbidden({ group, plural: resource }, name, text);
}
