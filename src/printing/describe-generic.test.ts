import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiObject, ApiSecret } from '../model/api-objects.ts';
import { describeSecret } from './describe-config.ts';
import { describeGeneric } from './describe-generic.ts';

const body = (object: object): readonly string[] =>
  describeGeneric(object as ApiObject, undefined, 0)
    .trimEnd()
    .split('\n')
    .slice(4);

describe('describeGeneric()', () => {
  it('makes titles of the names of fields', () => {
    const fields = { apiVersion: 1, podCIDR: 1, hostIPs: 1, uid: 1, 'example.com/x': 1, a1: 1, imageURL: 1, 'tls-crt': 1, HTTPServer: 1 };
    deepEqual(
      body(fields).map((line) => line.split(':')[0]),
      ['HTTP Server', 'a1', 'API Version', 'example.com/x', 'Host I Ps', 'Image URL', 'Pod CIDR', 'Tls - Crt', 'UID'],
    );
  });

  it('prints what is nested, and lists without their places', () => {
    const object = { spec: { list: [{ b: 1, a: [] }, 'text', [1, { x: null }]], empty: {}, nothing: null, yes: true } };
    deepEqual(body(object), [
      'Spec:',
      '  Empty:',
      '  List:',
      '    A:',
      '    B:  1',
      '    text',
      '    [1 map[x:<nil>]]',
      '  Nothing:  <nil>',
      '  Yes:      true',
    ]);
  });

  it('leaves out what stands at the top already, and who set what', () => {
    const metadata = { name: 'x', namespace: 'n', labels: { a: '1' }, annotations: {}, managedFields: [{ manager: 'm' }], uid: 'u' };
    equal(
      describeGeneric({ metadata } as ApiObject, [], 0),
      'Name:         x\nNamespace:    n\nLabels:       a=1\nAnnotations:  <none>\nMetadata:\n  UID:   u\nEvents:  <none>\n',
    );
  });
});

describe('describeSecret()', () => {
  const secret = (type: string, data: Readonly<Record<string, string>>): string =>
    describeSecret({ metadata: { name: 's' }, type, data } as ApiSecret);

  it('counts values and shows none, but the token of a service account', () => {
    const token = Buffer.from('abc.def').toString('base64');
    equal(secret('Opaque', { token, b: '' }).split('====\n')[1], 'b:      0 bytes\ntoken:  7 bytes\n');
    equal(secret('kubernetes.io/service-account-token', { token, b: token }).split('====\n')[1], 'b:      7 bytes\ntoken:  abc.def\n');
  });
});
