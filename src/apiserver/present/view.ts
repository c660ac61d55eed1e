import type { Accepted } from '../negotiate.ts';
import type { ResourceDescription } from '../resources/resource.ts';

/** How the objects of one answer are shown. */
export interface View {
  readonly resource: ResourceDescription;
  readonly accepted: Accepted;
  /** What a row of a Table carries beside its cells (`includeObject`). */
  readonly rowObject: 'None' | 'Metadata' | 'Object';
  readonly nowMs: number;
}

/** Two watchers with the same form get the same bytes. Ages in a Table are of the moment it is made. */
export const formOf = ({ resource, accepted, rowObject }: View): string =>
  `${resource.group}/${resource.version} ${accepted.as} ${accepted.metaVersion} ${rowObject}`;
