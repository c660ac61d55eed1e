/**
 * What a Pod may ask of hooklet beyond Kubernetes, by annotations such as `hooklet.dev/main.preStop.timeout: 5s`. All of
 * it is off unless it is asked for: a Pod without these annotations gets what Kubernetes documents.
 */
import { parseDuration } from './duration.ts';
import { invalid } from './field-error.ts';
import { nearestName } from './nearest-name.ts';
import type { Container, LifecycleHandler, PodManifest } from './pod.ts';
import type { Finding } from './problem.ts';

export const ANNOTATION_PREFIX = 'hooklet.dev/';

export interface HookOptions {
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** A response outside 200–399 fails the hook, as it fails a probe. */
  readonly strictStatus: boolean;
  /** How often a failed hook is run again. */
  readonly retries: number;
  /** The request says which delivery it belongs to. */
  readonly deliveryHeaders: boolean;
}

/** Enough to fill any grace with its back-off; a mistake should not become a flood. */
const MAX_RETRIES = 100;

interface OptionRule {
  readonly isValid: (value: string) => boolean;
  readonly wanted: string;
  /** Says something only to hooks of this kind. */
  readonly only?: 'httpGet';
}

const OPTIONS: Readonly<Record<string, OptionRule>> = {
  timeout: { isValid: (value) => (parseDuration(value) ?? 0) > 0, wanted: 'must be a duration above 0, such as 500ms, 5s or 1m30s' },
  retries: {
    isValid: (value) => /^\d{1,3}$/.test(value) && Number(value) <= MAX_RETRIES,
    wanted: `must be a whole number from 0 to ${MAX_RETRIES}`,
  },
  'http-status': { isValid: (value) => value === 'strict', wanted: 'must be "strict"', only: 'httpGet' },
  'http-delivery-headers': {
    isValid: (value) => value === 'true' || value === 'false',
    wanted: 'must be "true" or "false"',
    only: 'httpGet',
  },
};

type AnnotatedPod = Pick<PodManifest, 'spec'> & { readonly metadata: Pick<PodManifest['metadata'], 'annotations'> };
type HookOfContainer = { readonly container: string; readonly hook: 'postStart' | 'preStop' };

/** A value that is not valid counts as not given: reading the manifest has refused it. */
export function hookOptions({ metadata }: AnnotatedPod, { container, hook }: HookOfContainer): HookOptions {
  const value = (option: string): string | undefined => {
    const name = `${ANNOTATION_PREFIX}${container}.${hook}.${option}`;
    const given = metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, name) ? metadata.annotations[name] : undefined;
    return given !== undefined && OPTIONS[option]?.isValid(given) === true ? given : undefined;
  };
  const timeoutMs = parseDuration(value('timeout') ?? '');
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    strictStatus: value('http-status') === 'strict',
    retries: Number(value('retries') ?? 0),
    deliveryHeaders: value('http-delivery-headers') === 'true',
  };
}

interface KnownOption extends OptionRule {
  readonly handler: LifecycleHandler;
}

/** What this Pod may say: an option of each hook that it has. */
function knownOptions(containers: readonly Container[]): ReadonlyMap<string, KnownOption> {
  const known = new Map<string, KnownOption>();
  for (const { name, lifecycle } of containers) {
    for (const hook of ['postStart', 'preStop'] as const) {
      const handler = lifecycle?.[hook];
      if (handler === undefined) continue;
      for (const [option, rule] of Object.entries(OPTIONS)) known.set(`${name}.${hook}.${option}`, { ...rule, handler });
    }
  }
  return known;
}

/** Values that are wrong, and names that say nothing here: the one is refused, the other only warned about. */
export function checkHookOptions({ metadata, spec }: AnnotatedPod): {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  const known = knownOptions([...(spec.initContainers ?? []), ...spec.containers]);
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    if (!key.startsWith(ANNOTATION_PREFIX)) continue;
    const path = ['metadata', 'annotations', { key }];
    const option = known.get(key.slice(ANNOTATION_PREFIX.length));
    if (option === undefined) warnings.push({ path, message: unknownName(key.slice(ANNOTATION_PREFIX.length), known.keys()) });
    else if (!option.isValid(value)) errors.push({ path, message: invalid(value, option.wanted) });
    else if (option.only !== undefined && option.handler[option.only] === undefined)
      warnings.push({ path, message: `has no effect: the hook is no ${option.only}` });
  }
  return { errors, warnings };
}

function unknownName(name: string, known: Iterable<string>): string {
  const names = [...known];
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return `is not known to hooklet and has no effect; did you mean ${ANNOTATION_PREFIX}${nearest}?`;
  return names.length === 0
    ? 'has no effect: no container of this Pod has a hook'
    : `is not known to hooklet and has no effect; one it knows is ${ANNOTATION_PREFIX}${names[0]}`;
}
