import { apiTime } from '../../model/api-time.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, withMetadata } from '../api-object.ts';
import { type Tracking, trackUpdate } from '../patch/managed-fields.ts';
import type { ResourceDescription } from '../resources/resource.ts';

interface Writer {
  readonly resource: ResourceDescription;
  readonly manager: string;
  readonly subresource?: string;
}

/** What is the same for all of one request's bookkeeping. */
export const trackingOf = (core: ApiCore, { resource, manager, subresource }: Writer, object: ApiObject): Tracking => ({
  schema: core.schema,
  typeName: resource.typeName,
  apiVersion: object.apiVersion,
  manager,
  time: apiTime(core.clock.now().wallMs),
  ...(subresource === undefined || subresource === '' ? {} : { subresource }),
});

interface Written {
  /** Absent: it is created. */
  readonly before: ApiObject | undefined;
  readonly after: ApiObject;
}

/** `after`, with who wrote which of its fields. */
export function withOwners(core: ApiCore, writer: Writer, { before, after }: Written): ApiObject {
  return withMetadata(after, { managedFields: trackUpdate({ ...trackingOf(core, writer, after), before, after }) });
}
