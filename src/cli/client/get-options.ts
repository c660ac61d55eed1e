import type { TablePrintOptions } from '../../printing/print-table.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { kindName, resourcePath } from './find-resource.ts';
import type { Target } from './resource-args.ts';

export interface GetOptions extends ClientOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly output?: 'wide' | 'json' | 'yaml' | 'name';
  readonly watch?: boolean;
  readonly headers?: boolean;
  readonly showLabels?: boolean;
  readonly labelColumns?: readonly string[];
}

/** Where the objects are. */
export function targetPath({ resource, name }: Target, { allNamespaces }: GetOptions, session: ClientSession): string {
  return resourcePath(resource, allNamespaces === true ? undefined : session.namespace, name);
}

export const selectorQuery = ({ selector, fieldSelector }: GetOptions): Readonly<Record<string, string>> => ({
  ...(selector === undefined ? {} : { labelSelector: selector }),
  ...(fieldSelector === undefined ? {} : { fieldSelector }),
});

export function printOptions({ resource }: Target, options: GetOptions, withKind: boolean): TablePrintOptions {
  const { output, headers, showLabels, labelColumns, allNamespaces } = options;
  return {
    wide: output === 'wide',
    noHeaders: headers === false,
    withNamespace: allNamespaces === true && resource.namespaced,
    ...(showLabels === undefined ? {} : { showLabels }),
    ...(labelColumns === undefined ? {} : { labelColumns }),
    ...(withKind ? { kind: kindName(resource) } : {}),
  };
}
