/**
 * Admission plugin ServiceAccount (`plugin/pkg/admission/serviceaccount/admission.go`): every Pod runs as a
 * ServiceAccount, and its containers find a token, the CA and their namespace in a volume, unless they are told not to.
 */

import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';
import { ROOT_CA_CONFIG_MAP } from '../resources/namespaces.ts';
import type { WriteContext } from '../resources/resource.ts';
import { forbidden } from '../status-error.ts';

const PODS = { group: '', plural: 'pods' };
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** An hour and seven seconds: how a kubelet tells these tokens from those that a user asked for. */
const TOKEN_SECONDS = 3607;
const MIRROR = 'kubernetes.io/config.mirror';

export function mountServiceAccount(pod: ApiObject, context: WriteContext): ApiObject {
  const spec = fieldsOf(pod, 'spec');
  // The mirror of a static Pod: its kubelet asked nobody.
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return pod;
  const name = textOf(spec, 'serviceAccountName') || 'default';
  const { namespace = '' } = pod.metadata;
  const account = context.find('serviceaccounts', namespace, name);
  if (account === undefined) {
    throw forbidden(
      PODS,
      pod.metadata.name,
      `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  }
  const named = withPullSecrets({ ...spec, serviceAccountName: name, serviceAccount: name }, account);
  return { ...pod, spec: wantsToken(spec, account) ? withTokenVolume(named, context) : named };
}

function wantsToken(spec: Fields, account: ApiObject): boolean {
  const own = spec['automountServiceAccountToken'];
  return own === undefined ? account['automountServiceAccountToken'] !== false : own !== false;
}

function withPullSecrets(spec: Fields, account: ApiObject): Fields {
  const secrets = listOf(account, 'imagePullSecrets');
  return secrets.length === 0 || listOf(spec, 'imagePullSecrets').length > 0 ? spec : { ...spec, imagePullSecrets: secrets };
}

const LISTS = ['initContainers', 'containers'] as const;

function withTokenVolume(spec: Fields, context: WriteContext): Fields {
  const isEverywhere = LISTS.every((list) => listOf(spec, list).every(hasMount));
  if (isEverywhere) return spec;
  const volumes = listOf(spec, 'volumes');
  const taken = new Set(volumes.map((volume) => textOf(volume, 'name')));
  let name = `${VOLUME_PREFIX}${context.randomName(5)}`;
  while (taken.has(name)) name = `${VOLUME_PREFIX}${context.randomName(5)}`;
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH };
  const mounted = LISTS.filter((list) => spec[list] !== undefined).map(
    (list) => [list, listOf(spec, list).map((one) => withMount(one, mount))] as const,
  );
  return { ...spec, ...Object.fromEntries(mounted), volumes: [...volumes, tokenVolume(name)] };
}

const hasMount = (container: unknown): boolean =>
  listOf(container, 'volumeMounts').some((mount) => textOf(mount, 'mountPath') === MOUNT_PATH);

const withMount = (container: unknown, mount: Fields): unknown =>
  !isFields(container) || hasMount(container) ? container : { ...container, volumeMounts: [...listOf(container, 'volumeMounts'), mount] };

const tokenVolume = (name: string): Fields => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: ROOT_CA_CONFIG_MAP, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 0o644,
  },
});
