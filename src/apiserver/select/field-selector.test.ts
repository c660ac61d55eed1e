import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Fields } from '../../model/json-fields.ts';
import { StatusError } from '../status-error.ts';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { selectableFields } from './selectable-fields.ts';

const matches = (typeName: string, selector: string, object: Fields): boolean =>
  matchesFields(parseFieldSelector(selector, selectableFields(typeName)), selectableFields(typeName), object);

const POD = parse(`
  metadata: {name: web, namespace: default}
  spec: {nodeName: node-a, restartPolicy: Always, schedulerName: default-scheduler, serviceAccountName: sa, hostNetwork: true}
  status: {phase: Running, podIP: 10.0.0.2, podIPs: [{ip: 10.0.0.2}, {ip: 'fd00::2'}]}
`) as Fields;

const EVENT = parse(`
  metadata: {name: web.1, namespace: default}
  involvedObject: {kind: Pod, namespace: default, name: web, uid: u1, apiVersion: v1, resourceVersion: '7', fieldPath: 'spec.containers{web}'}
  reason: Started
  source: {component: kubelet, host: node-a}
  reportingComponent: kubelet
  type: Normal
`) as Fields;

describe('matchesFields()', () => {
  const MATCHED: readonly (readonly [typeName: string, object: Fields, selector: string, matches: boolean])[] = [
    ['Pod', POD, '', true],
    ['Pod', POD, ',', true],
    ['Pod', POD, 'metadata.name=web', true],
    ['Pod', POD, 'metadata.name==web', true],
    ['Pod', POD, 'metadata.name!=web', false],
    ['Pod', POD, 'metadata.name=api', false],
    ['Pod', POD, 'metadata.namespace=default,spec.nodeName=node-a,status.phase=Running', true],
    ['Pod', POD, 'metadata.namespace=default,spec.nodeName=node-b', false],
    ['Pod', POD, 'status.phase!=Succeeded,status.phase!=Failed', true],
    ['Pod', POD, 'spec.restartPolicy=Always,spec.schedulerName=default-scheduler,spec.serviceAccountName=sa', true],
    ['Pod', POD, 'spec.hostNetwork=true', true],
    ['Pod', {}, 'spec.hostNetwork=false', true],
    ['Pod', {}, 'spec.hostNetwork=', false],
    ['Pod', POD, 'status.podIP=10.0.0.2', true],
    ['Pod', { status: { podIP: '10.0.0.3' } }, 'status.podIP=10.0.0.3', true],
    ['Pod', POD, 'status.podIPs=10.0.0.2', true],
    ['Pod', POD, 'spec.host=node-a', true],
    ['Pod', POD, 'status.nominatedNodeName=', true],
    ['Pod', {}, 'spec.nodeName=', true],
    ['Pod', {}, 'spec.nodeName!=', false],
    ['core.Event', EVENT, 'involvedObject.name=web,involvedObject.namespace=default,involvedObject.uid=u1', true],
    ['core.Event', EVENT, 'involvedObject.kind=Pod,involvedObject.apiVersion=v1,involvedObject.resourceVersion=7', true],
    ['core.Event', EVENT, 'involvedObject.fieldPath=spec.containers{web}', true],
    ['core.Event', EVENT, 'involvedObject.uid=u2', false],
    ['core.Event', EVENT, 'reason=Started,source=kubelet,reportingComponent=kubelet,type!=Warning', true],
    ['core.Event', { reportingComponent: 'x' }, 'source=x', true],
    [
      'events.Event',
      { regarding: { name: 'web' }, reportingController: 'kubelet' },
      'regarding.name=web,reportingController=kubelet',
      true,
    ],
    ['Node', { metadata: { name: 'a' } }, 'metadata.name=a,spec.unschedulable=false', true],
    ['Namespace', { status: { phase: 'Active' } }, 'status.phase=Active', true],
    ['Secret', { type: 'Opaque' }, 'type=Opaque', true],
    ['Service', { spec: { clusterIP: 'None', type: 'ClusterIP' } }, 'spec.clusterIP=None,spec.type=ClusterIP', true],
    ['ReplicationController', {}, 'status.replicas=0', true],
    ['ConfigMap', POD, 'metadata.name=web,metadata.namespace=default', true],
    // What an escape stands for.
    ['ConfigMap', { metadata: { name: 'a,b=c\\d' } }, 'metadata.name=a\\,b\\=c\\\\d', true],
    ['ConfigMap', { metadata: { name: 'a,b' } }, 'metadata.namespace=,metadata.name=a\\,b', true],
  ];
  for (const [typeName, object, selector, is] of MATCHED) {
    it(`${typeName} "${selector}": ${is}`, () => assert.equal(matches(typeName, selector, object), is));
  }
});

describe('parseFieldSelector()', () => {
  const REFUSED: readonly (readonly [typeName: string, selector: string, message: string])[] = [
    ['Pod', 'spec.containers=x', 'field label not supported: spec.containers'],
    ['Pod', 'status.hostIP!=x', 'field label not supported: status.hostIP'],
    ['Pod', 'constructor=x', 'field label not supported: constructor'],
    ['Pod', '__proto__=x', 'field label not supported: __proto__'],
    ['Pod', '=x', 'field label not supported: '],
    ['Namespace', 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
    ['core.Event', 'regarding.name=x', 'field label not supported: regarding.name'],
    ['ConfigMap', 'data.x=1', '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['constructor', 'data.x=1', '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['Pod', 'metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['Pod', 'metadata.name=a,foo', "invalid selector: 'metadata.name=a,foo'; can't understand 'foo'"],
    ['Pod', 'metadata.name!a', "invalid selector: 'metadata.name!a'; can't understand 'metadata.name!a'"],
    ['Pod', 'metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
    ['Pod', 'metadata.name===b', 'invalid field selector: unescaped character in value: 61'],
    ['Pod', 'metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
    ['Pod', 'metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
    ['Pod', ' metadata.name=a', 'field label not supported:  metadata.name'],
  ];
  for (const [typeName, selector, message] of REFUSED) {
    it(`refuses "${selector}" of ${typeName}`, () =>
      assert.throws(
        () => parseFieldSelector(selector, selectableFields(typeName)),
        (error) => error instanceof StatusError && error.code === 400 && error.message === message,
      ));
  }

  it('finds every value again that was escaped', () => {
    const operator = fc.constantFrom('=', '==', '!=');
    fc.assert(
      fc.property(fc.string(), fc.string(), operator, (name, namespace, sign) => {
        const escaped = (text: string) => text.replace(/[\\,=]/g, '\\$&');
        const selector = `metadata.name${sign}${escaped(name)},metadata.namespace=${escaped(namespace)}`;
        assert.equal(matches('ConfigMap', selector, { metadata: { name, namespace } }), sign !== '!=');
      }),
    );
  });

  it('answers any text with a selector or a refusal, in a time that grows as the text does', () => {
    const parts = fc.array(fc.constantFrom('metadata.name', 'x', '=', '!', ',', '\\', ' ', '\0', 'é'), { maxLength: 10 });
    const answer = (selector: string): void => {
      try {
        parseFieldSelector(selector, selectableFields('Pod'));
      } catch (error) {
        assert.ok(error instanceof StatusError && error.code === 400, String(error));
      }
    };
    fc.assert(
      fc.property(parts, (all) => answer(all.join(''))),
      { numRuns: 500 },
    );
    const start = performance.now();
    for (const part of [',', '\\', '=', '!', 'a', 'metadata.name=a,']) answer(part.repeat(1_000_000 / part.length));
    assert.ok(performance.now() - start < 3000);
  });
});
