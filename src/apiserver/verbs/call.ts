import type { UserInfo } from '../access.ts';
import type { ApiRequest } from '../api-request.ts';
import { negotiate } from '../negotiate.ts';
import type { View } from '../present/view.ts';
import type { ResourceRequestInfo } from '../request-info.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import { isPretty, type Style } from '../respond.ts';
import { badRequest } from '../status-error.ts';

/** One request on a resource, known to be allowed. */
export interface Call {
  readonly request: ApiRequest;
  readonly info: ResourceRequestInfo;
  readonly resource: ResourceDescription;
  readonly user: UserInfo;
  readonly nowMs: number;
}

export function viewOf({ request, resource, nowMs }: Call): View {
  const rowObject = request.query.get('includeObject') ?? '';
  if (!['', 'None', 'Metadata', 'Object'].includes(rowObject))
    throw badRequest(`includeObject: Invalid value: ${JSON.stringify(rowObject)}`);
  return {
    resource,
    accepted: negotiate(request.headers.accept),
    rowObject: rowObject === '' ? 'Metadata' : (rowObject as View['rowObject']),
    nowMs,
  };
}

export const styleOf = ({ request }: Call, view: View): Style => ({ media: view.accepted.media, pretty: isPretty(request) });
