import { invalid, required } from '../../model/field-error.ts';
import { type Fields, fieldsOf, isFields, textOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { secretsTable } from '../../printing/tables/config-tables.ts';
import { type ApiObject, withFields } from '../api-object.ts';
import { immutableFindings, validateDataKeys, validateDataSize } from './data-rules.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';

const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';

export const secrets: ResourceDescription = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  singular: 'secret',
  kind: 'Secret',
  namespaced: true,
  verbs: ALL_VERBS,
  storage: { resource: 'secrets' },
  typeName: 'Secret',
  table: secretsTable,
  strategy: {
    nameRule: dnsSubdomain,
    defaults: withEncodedData,
    prepareForUpdate: (object, live) => (textOf(object, 'type') === '' ? { ...object, type: live['type'] } : object),
    validate,
    validateUpdate: (next, live) => [
      ...validate(next),
      ...(next['type'] === live['type'] ? [] : [{ path: ['type'], message: invalid(next['type'], 'field is immutable') }]),
      ...immutableFindings(next, live, ['data']),
    ],
    warnings: ({ type }) =>
      type === ACCOUNT_TOKEN ? ['hooklet fills no token into this Secret: use a projected volume or a TokenRequest'] : [],
  },
};

/** `stringData` is a way to write, never stored (`pkg/apis/core/v1/conversion.go`). */
function withEncodedData(object: ApiObject): ApiObject {
  const given = fieldsOf(object, 'stringData');
  const encoded = Object.entries(given).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')] as const);
  const type = textOf(object, 'type') === '' ? 'Opaque' : object['type'];
  const data = encoded.length === 0 ? object['data'] : { ...fieldsOf(object, 'data'), ...Object.fromEntries(encoded) };
  return withFields(object, { stringData: undefined, type, data }) as ApiObject;
}

/** What each type must have (`pkg/apis/core/validation/validation.go` ValidateSecret). */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const JSON_KEYS: ReadonlySet<string> = new Set(['.dockercfg', '.dockerconfigjson']);

function validate(object: ApiObject): readonly Finding[] {
  const data = fieldsOf(object, 'data');
  return [
    ...validateDataKeys('data', data),
    ...validateDataSize([Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64')]))]),
    ...validateType(textOf(object, 'type'), data),
    ...validateAccount(object),
  ];
}

function validateType(type: string, data: Fields): readonly Finding[] {
  if (type === 'kubernetes.io/basic-auth') {
    return Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')
      ? []
      : ['username', 'password'].map((key) => ({ path: ['data', { key }], message: required() }));
  }
  const keys = Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : [];
  return keys.flatMap((key) => {
    const path = ['data', { key }];
    if (!Object.hasOwn(data, key)) return [{ path, message: required() }];
    return JSON_KEYS.has(key) && !isJsonObject(String(data[key]))
      ? [{ path, message: invalid('<secret contents redacted>', 'must be a JSON object') }]
      : [];
  });
}

function validateAccount({ type, metadata }: ApiObject): readonly Finding[] {
  if (type !== ACCOUNT_TOKEN || (metadata.annotations?.[ACCOUNT_NAME] ?? '') !== '') return [];
  return [{ path: ['metadata', 'annotations', { key: ACCOUNT_NAME }], message: required() }];
}

function isJsonObject(base64: string): boolean {
  try {
    return isFields(JSON.parse(Buffer.from(base64, 'base64').toString()));
  } catch {
    return false;
  }
}
