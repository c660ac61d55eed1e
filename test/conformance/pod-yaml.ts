/** Short words for the Pods of conformance tests. */
import { BASE_IMAGE } from './conformance-node.ts';

/** Ends at once on SIGTERM, with 0. */
export const LIVES = 'trap "exit 0" TERM; sleep 1000 & wait';
/** Only SIGKILL ends it. */
export const STUBBORN = 'trap "" TERM; while true; do sleep 1; done';

export interface ContainerWords {
  readonly run?: string;
  readonly image?: string;
  /** Further fields, as YAML in flow style. */
  readonly more?: string;
}

export function containerYaml(name: string, { run = LIVES, image = BASE_IMAGE, more = '' }: ContainerWords = {}): string {
  return `{name: ${name}, image: "${image}", imagePullPolicy: IfNotPresent, command: [sh, -c, '${run}']${more === '' ? '' : `, ${more}`}}`;
}

export const sidecarYaml = (name: string, words: ContainerWords = {}): string =>
  containerYaml(name, { ...words, more: `restartPolicy: Always${words.more === undefined ? '' : `, ${words.more}`}` });

export interface PodWords {
  readonly restartPolicy?: string;
  readonly grace?: number;
  readonly init?: readonly string[];
  readonly containers: readonly string[];
  /** Further fields of the spec, one a line. */
  readonly more?: readonly string[];
}

export function podYaml(name: string, { restartPolicy = 'Always', grace = 30, init = [], containers, more = [] }: PodWords): string {
  const list = (field: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`  ${field}:`, ...items.map((item) => `  - ${item}`)];
  return [
    'apiVersion: v1',
    'kind: Pod',
    `metadata: {name: ${name.toLowerCase()}}`,
    'spec:',
    `  restartPolicy: ${restartPolicy}`,
    `  terminationGracePeriodSeconds: ${grace}`,
    ...list('initContainers', init),
    ...list('containers', containers),
    ...more.map((line) => `  ${line}`),
  ].join('\n');
}

export const POLICIES = ['Always', 'OnFailure', 'Never'] as const;
