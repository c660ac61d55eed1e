/** What the client's commands make, change and delete on a server. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SeenRequest } from '../../../test/kubectl/canned-api.ts';
import { fail, send } from '../../../test/kubectl/canned-api.ts';
import { ClientSide } from '../../../test/kubectl/client-side.ts';
import type { ApiObject } from '../../model/api-objects.ts';

let side: ClientSide;
beforeEach(async () => {
  side = await ClientSide.open({ pageSize: 2 });
});
afterEach(() => side.close());

const pod = (name: string, more: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7', ...more },
});

const podYaml = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${more}}\nspec: {containers: [{name: a, image: a}]}\n`;

const sent = (method: string): readonly SeenRequest[] => side.api.requests.filter((request) => request.method === method);

describe('hooklet apply', () => {
  it('makes what is not there, by server-side apply', async () => {
    const ran = await side.run(`apply -f ${await side.file('pod.yaml', podYaml('web'))}`);
    deepEqual(ran, { code: 0, stdout: 'pod/web created\n', stderr: '' });
    const [patch] = sent('PATCH');
    equal(patch?.path, '/api/v1/namespaces/default/pods/web');
    equal(patch?.headers['content-type'], 'application/apply-patch+yaml');
    deepEqual(patch?.query, { fieldManager: 'hooklet', force: 'true', fieldValidation: 'Strict' });
    deepEqual(patch?.body, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'a', image: 'a' }] } });
  });

  it('tells changed from unchanged by the version', async () => {
    side.api.add('pods', pod('web'), pod('db'));
    side.api.answerFirst = ({ method, path }, response) => {
      if (method !== 'PATCH') return false;
      send(response, 200, pod(path.split('/').at(-1) ?? '', { resourceVersion: path.endsWith('web') ? '8' : '7' }));
      return true;
    };
    const file = await side.file('both.yaml', `${podYaml('web')}---\n${podYaml('db')}`);
    equal((await side.run(`apply -f ${file}`)).stdout, 'pod/web configured\npod/db unchanged\n');
  });

  it('takes lists, several files and other kinds, and prints what was written', async () => {
    const list = await side.file(
      'list.yaml',
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n',
    );
    const lease = await side.file(
      'lease.json',
      '{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"other"}}',
    );
    equal((await side.run(`apply -f ${list} -f ${lease}`)).stdout, 'configmap/c created\nlease.coordination.k8s.io/l created\n');
    equal((await side.run(`apply -f ${lease} -o name`)).stdout, 'lease.coordination.k8s.io/l\n');
    deepEqual(JSON.parse((await side.run(`apply -f ${lease} -o json`)).stdout).kind, 'Lease');
    deepEqual(JSON.parse((await side.run(`apply -f ${list} -f ${lease} -o json`)).stdout).items.length, 2);
  });

  it('takes the namespace of the file, else the one that is asked for', async () => {
    const plain = await side.file('plain.yaml', podYaml('web'));
    const placed = await side.file('placed.yaml', podYaml('web', ', namespace: team'));
    await side.run(`apply -f ${plain} -n team`);
    await side.run(`apply -f ${placed}`);
    deepEqual(
      sent('PATCH').map(({ path }) => path),
      ['/api/v1/namespaces/team/pods/web', '/api/v1/namespaces/team/pods/web'],
    );
    const ran = await side.run(`apply -f ${placed} -n default`);
    equal(ran.code, 2);
    match(ran.stderr, /^error: the namespace from the provided object "team" does not match the namespace "default"/);
  });

  it('sends nothing when a file is broken, and names the line', async () => {
    const good = await side.file('good.yaml', podYaml('web'));
    for (const [content, words] of [
      ['a: [', /bad\.yaml:1/],
      ['kind: Pod\nmetadata: {name: x}\n', /bad\.yaml.*apiVersion: Required value/],
      ['apiVersion: v1\nkind: Pod\n', /bad\.yaml.*metadata\.name: Required value/],
      ['- a\n', /bad\.yaml.*must be a Kubernetes object/],
      ['apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {a: 99999999999999999999}\n', /too large/],
    ] as const) {
      const ran = await side.run(`apply -f ${good} -f ${await side.file('bad.yaml', content)}`);
      deepEqual([ran.code, ran.stdout], [2, '']);
      match(ran.stderr, words);
    }
    equal(sent('PATCH').length, 0);
  });

  it('says what the server refuses, with the file, and goes on with the rest', async () => {
    side.api.answerFirst = ({ method, path }, response) => {
      if (method !== 'PATCH' || !path.endsWith('/a')) return false;
      fail(response, 400, ['BadRequest', 'strict decoding error: unknown field "spec.x"']);
      return true;
    };
    const file = await side.file('two.yaml', `${podYaml('a')}---\n${podYaml('b')}`);
    const ran = await side.run(`apply -f ${file}`);
    deepEqual([ran.code, ran.stdout], [2, 'pod/b created\n']);
    equal(ran.stderr, `Error from server (BadRequest): error when creating "${file}": strict decoding error: unknown field "spec.x"\n`);
  });

  it('says that the server does not know the kind', async () => {
    const file = await side.file('crd.yaml', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n');
    const ran = await side.run(`apply -f ${file}`);
    equal(ran.code, 2);
    match(ran.stderr, /^error: resource mapping not found for name: "w" .*no matches for kind "Widget" in version "example\.com\/v1"/);
  });
});

describe('hooklet delete', () => {
  it('asks with the grace that was given, and waits until the object is gone', async () => {
    side.api.add('pods', pod('web'));
    let asked = 0;
    side.api.answerFirst = ({ method, query }, response) => {
      if (method === 'DELETE') {
        send(response, 200, pod('web'));
        return true;
      }
      if (query['watch'] !== 'true') return false;
      asked += 1;
      // The first watch breaks off; the second one sees the end.
      response.writeHead(200, { 'content-type': 'application/json' });
      if (asked > 1) {
        side.api.objects.set('pods', []);
        response.write(
          `${JSON.stringify({ type: 'MODIFIED', object: pod('web') })}\n${JSON.stringify({ type: 'DELETED', object: pod('web') })}\n`,
        );
      }
      response.end();
      return true;
    };
    deepEqual(await side.run('delete pod web --grace-period 5'), {
      code: 0,
      stdout: 'pod "web" deleted from default namespace\n',
      stderr: '',
    });
    deepEqual(sent('DELETE')[0]?.body, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', gracePeriodSeconds: 5 });
    equal(asked, 2);
  });

  it('does not wait for another object of the same name', async () => {
    side.api.add('pods', pod('web'));
    side.api.answerFirst = ({ method }, response) => {
      if (method !== 'DELETE') return false;
      side.api.objects.set('pods', [pod('web', { uid: 'another' })]);
      send(response, 200, { kind: 'Status', status: 'Success', details: { name: 'web', uid: 'uid-web' } });
      return true;
    };
    equal((await side.run('delete pod web')).code, 0);
  });

  it('gives up waiting after the timeout, in kubectl’s words', async () => {
    side.api.add('pods', pod('web'));
    side.api.answerFirst = ({ method }, response) => {
      if (method === 'DELETE') send(response, 200, pod('web'));
      return method === 'DELETE';
    };
    const ran = await side.run('delete pod web --timeout 50ms');
    deepEqual([ran.code, ran.stderr], [1, 'error: timed out waiting for the condition on pods/web\n']);
  });

  it('deletes what stands in files, and what has the labels, of every page', async () => {
    const labels = { app: 'web' };
    side.api.add('pods', pod('a', { labels }), pod('b', { labels }), pod('c', { labels }), pod('d'));
    const file = await side.file('pod.yaml', podYaml('d'));
    equal((await side.run(`delete -f ${file} --wait=false`)).stdout, 'pod "d" deleted from default namespace\n');
    await side.run('delete pods -l app=web');
    deepEqual(side.api.objects.get('pods'), []);
  });

  it('forgets at once only when forced, and warns', async () => {
    side.api.add('pods', pod('a'), pod('b'), pod('c'));
    await side.run('delete pod a --grace-period 0');
    await side.run('delete pod b --now');
    const ran = await side.run('delete pod c --force');
    deepEqual(
      sent('DELETE').map(({ body }) => (body as { gracePeriodSeconds?: number }).gracePeriodSeconds),
      [1, 1, 0],
    );
    match(ran.stderr, /^Warning: Immediate deletion does not wait/);
    equal(ran.stdout, 'pod "c" force deleted from default namespace\n');
  });

  it('refuses to guess what is meant', async () => {
    for (const line of [
      'delete',
      'delete pods',
      'delete pod a --all',
      'delete pods -f x.yaml',
      'delete pod a --now --grace-period 3',
      'delete pod a --force --grace-period 3',
    ]) {
      const ran = await side.run(line);
      equal(ran.code, 2, line);
      match(ran.stderr, /^error: /);
    }
    equal(sent('DELETE').length, 0);
  });
});
