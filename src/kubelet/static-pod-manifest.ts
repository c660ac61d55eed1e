/**
 * One manifest file → one static Pod, as the kubelet makes it (`pkg/kubelet/config/common.go` applyDefaults,
 * tryDecodeSinglePod). Like there, a file holds one Pod and nothing else.
 */
import { createHash } from 'node:crypto';
import { formatPath } from '../model/field-path.ts';
import { parseYaml } from '../model/parse-yaml.ts';
import type { Pod } from '../model/pod.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import { readManifests } from '../model/read-manifests.ts';
import { isYamlMap, locate, type YamlDocument, type YamlValue } from '../model/yaml-document.ts';
import { CONFIG_HASH, CONFIG_SOURCE, MANIFEST_FILE } from './static-pod.ts';

export interface StaticPodFile {
  /** For messages. */
  readonly path: string;
  /** Within its directory. */
  readonly name: string;
  readonly content: Uint8Array;
}

export interface ReadStaticPod {
  /** Absent if there are problems. */
  readonly pod?: Pod;
  /** One a line, with file, line and field. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export function readStaticPod({ path, name, content }: StaticPodFile, nodeName: string): ReadStaticPod {
  const { pods, errors, warnings } = readManifests([{ name: path, text: content }], { purpose: 'run' });
  const told = warnings.map(formatProblem);
  if (errors.length > 0) return { problems: errors.map(formatProblem), warnings: told };
  const parsed = parseYaml(new TextDecoder().decode(content));
  const [document, ...more] = parsed.documents;
  const [read] = pods;
  const at = ({ place }: YamlDocument, field: readonly (string | number)[], message: string): Problem => ({
    file: path,
    ...parsed.position(locate(place, field)),
    path: formatPath(field),
    message,
  });
  if (document === undefined || read === undefined) return { problems: [`${path}: no Pod found`], warnings: told };
  const problems = [
    ...more.map((another) => at(another, [], 'a second object: a file of static Pods holds one Pod; put it into a file of its own')),
    ...kindProblem(document.value).map((message) => at(document, ['kind'], message)),
    ...apiReferences(document.value).map((field) => at(document, field, 'a static Pod may not refer to objects of the API')),
  ];
  if (problems.length > 0) return { problems: problems.map(formatProblem), warnings: told };
  return { pod: staticPod(read.pod, { uid: uidOf(document.value, nodeName), nodeName, file: name }), problems: [], warnings: told };
}

const kindProblem = (value: YamlValue): readonly string[] =>
  isYamlMap(value) && value['kind'] === 'Pod' ? [] : ['a static Pod must be of kind "Pod"'];

/** What only somebody else's objects could say (`pkg/api/v1/pod/util.go` HasAPIObjectReference). */
const REFERENCES: ReadonlySet<string> = new Set([
  'configMap',
  'configMapRef',
  'configMapKeyRef',
  'secret',
  'secretRef',
  'secretKeyRef',
  'persistentVolumeClaim',
  'serviceAccountToken',
  'clusterTrustBundle',
]);
const NAMED_REFERENCES = ['serviceAccountName', 'serviceAccount', 'imagePullSecrets', 'resourceClaims'];

function apiReferences(manifest: YamlValue): readonly (readonly (string | number)[])[] {
  const spec = isYamlMap(manifest) ? manifest['spec'] : undefined;
  if (!isYamlMap(spec)) return [];
  const named = NAMED_REFERENCES.filter((field) => !isEmpty(spec[field])).map((field) => ['spec', field]);
  return [...named, ...referencesIn(spec, ['spec'])];
}

const isEmpty = (value: YamlValue | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** The text of a manifest is bounded in depth (`parse-yaml.ts`), so this is too. */
function referencesIn(value: YamlValue, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((one: YamlValue, index) => referencesIn(one, [...path, index]));
  if (!isYamlMap(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    // A label may have such a name too; its value is a text.
    REFERENCES.has(name) && isYamlMap(inner) ? [[...path, name]] : referencesIn(inner, [...path, name]),
  );
}

/**
 * Of what is written and not of how: comments and the order of fields do not make another Pod. Fields that are defaulted do
 * not count, so that an upgrade which defaults more of them leaves the Pod as it is.
 */
function uidOf(manifest: YamlValue, nodeName: string): string {
  return createHash('sha256')
    .update(`${canonical(manifest)}host:${nodeName}`)
    .digest('hex')
    .slice(0, 32);
}

const canonical = (value: YamlValue): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    return isYamlMap(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
  });

interface Identity {
  readonly uid: string;
  readonly nodeName: string;
  readonly file: string;
}

function staticPod(
  { metadata, ...manifest }: Omit<Pod, 'metadata'> & { readonly metadata: Omit<Pod['metadata'], 'uid'> },
  identity: Identity,
): Pod {
  const { uid, nodeName, file } = identity;
  const spec = manifest.spec as Pod['spec'] & { readonly tolerations?: readonly object[] };
  return {
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${nodeName.toLowerCase()}`,
      uid,
      annotations: { ...metadata.annotations, [CONFIG_SOURCE]: 'file', [CONFIG_HASH]: uid, [MANIFEST_FILE]: file },
    },
    spec: {
      ...spec,
      nodeName,
      automountServiceAccountToken: false,
      // So that it is not evicted when there are problems with the node.
      tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    } as Pod['spec'],
  };
}
