import { HookletError } from '../../ports/hooklet-error.ts';
import type { ApiResource, ResourceFinder } from './find-resource.ts';

/** Objects that a user named: all of a resource, or one of them. */
export interface Target {
  readonly resource: ApiResource;
  readonly name?: string;
}

/** `pods`, `pods,nodes`, `pod web db`, `pod/web node/box`: as kubectl takes them. */
export async function targetsOf(args: readonly string[], finder: ResourceFinder): Promise<readonly Target[]> {
  if (args.some((arg) => arg.includes('/'))) return Promise.all(args.map((arg) => slashedTarget(arg, finder)));
  const [types = '', ...names] = args;
  const resources = await Promise.all(types.split(',').map((type) => finder.byName(type)));
  return resources.flatMap((resource) => (names.length === 0 ? [{ resource }] : names.map((name) => ({ resource, name }))));
}

async function slashedTarget(arg: string, finder: ResourceFinder): Promise<Target> {
  const [type = '', name = '', ...more] = arg.split('/');
  if (type === '' || name === '' || more.length > 0) {
    throw new HookletError('badInput', `error: "${arg}" is not of the form resource/name; with one such argument all must be`);
  }
  return { resource: await finder.byName(type), name };
}

/** kubectl's words for an empty answer. */
export const nothingFound = (
  targets: readonly Target[],
  { allNamespaces }: { readonly allNamespaces?: boolean },
  { namespace }: { readonly namespace: string },
): string =>
  allNamespaces === true || targets.some(({ resource }) => !resource.namespaced)
    ? 'No resources found'
    : `No resources found in ${namespace} namespace.`;
