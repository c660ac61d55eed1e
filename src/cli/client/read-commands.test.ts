/** What the client's commands ask of a server; how they print it is compared with kubectl in `test/kubectl`. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
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

const sent = (method: string): readonly SeenRequest[] => side.api.requests.filter((request) => request.method === method);

describe('hooklet get', () => {
  it('reads lists page by page', async () => {
    side.api.add('pods', pod('a'), pod('b'), pod('c'), pod('d'), pod('e'));
    equal((await side.run('get pods -o name')).stdout, 'pod/a\npod/b\npod/c\npod/d\npod/e\n');
    equal((await side.run('get pods --no-headers')).stdout.split('\n').length, 6);
    deepEqual(
      sent('GET')
        .filter(({ path }) => path.endsWith('/pods'))
        .map(({ query }) => query['continue']),
      [undefined, '2', '4', undefined, '2', '4'],
    );
  });

  it('prints the names and times of a server that makes no tables', async () => {
    side.api.answerFirst = ({ path }, response) => {
      if (!path.endsWith('/pods')) return false;
      send(response, 200, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: {},
        items: [{ metadata: { name: 'a', creationTimestamp: '2026-08-01T12:00:00Z' } }],
      });
      return true;
    };
    equal((await side.run('get pods')).stdout, 'NAME   CREATED AT\na      2026-08-01T12:00:00Z\n');
    equal((await side.run('get pods -o name')).stdout, 'pod/a\n');
  });

  it('takes null for nothing, as Go writes it', async () => {
    side.api.answerFirst = ({ path, headers }, response) => {
      if (!path.endsWith('/pods')) return false;
      const isTable = headers.accept?.includes('as=Table');
      send(
        response,
        200,
        isTable ? { kind: 'Table', metadata: {}, columnDefinitions: null, rows: null } : { kind: 'PodList', metadata: {}, items: null },
      );
      return true;
    };
    deepEqual(await side.run('get pods'), { code: 0, stdout: '', stderr: 'No resources found in default namespace.\n' });
    deepEqual(await side.run('get pods -o name'), { code: 0, stdout: '', stderr: '' });
    deepEqual(await side.run('describe pods'), { code: 0, stdout: '', stderr: 'No resources found in default namespace.\n' });
  });

  it('follows one object by its name, from the version that it showed', async () => {
    side.api.add('pods', pod('a'));
    side.api.watches.set('pods', [
      { type: 'MODIFIED', object: pod('a') },
      { type: 'BOOKMARK', object: pod('a') },
    ]);
    equal((await side.run('get pod a -w -o name')).stdout, 'pod/a\npod/a\n');
    deepEqual(sent('GET').at(-1)?.query, { fieldSelector: 'metadata.name=a', resourceVersion: '7', watch: 'true' });
  });

  it('says why a watch ended, when the server says so', async () => {
    side.api.watches.set('pods', [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }]);
    const ran = await side.run('get pods -w -o name');
    deepEqual([ran.code, ran.stderr], [1, 'Error from server (Expired): too old\n']);
    equal((await side.run('get pods,nodes -w')).code, 2);
  });

  it('leaves out who set which field', async () => {
    side.api.add('pods', pod('a', { managedFields: [{ manager: 'm' }] }));
    ok(!(await side.run('get pod a -o yaml')).stdout.includes('managedFields'));
  });
});

describe('hooklet describe', () => {
  it('describes every object whose name begins so, and asks for its own events alone', async () => {
    side.api.add('pods', pod('web-1'), pod('web-2'), pod('db'));
    const { stdout } = await side.run('describe pod web');
    deepEqual(stdout.match(/^Name: +.*$/gm), ['Name:         web-1', 'Name:         web-2']);
    const selectors = sent('GET')
      .filter(({ path }) => path.endsWith('/events'))
      .map(({ query }) => query['fieldSelector']);
    deepEqual(
      selectors,
      ['web-1', 'web-2'].map((name) => `involvedObject.name=${name},involvedObject.namespace=default,involvedObject.uid=uid-${name}`),
    );
  });

  it('describes also where events may not be read', async () => {
    side.api.add('pods', pod('web'));
    side.api.answerFirst = ({ path }, response) => {
      if (path.endsWith('/events')) fail(response, 403, ['Forbidden', 'no']);
      return path.endsWith('/events');
    };
    match((await side.run('describe pod web')).stdout, /Events: +<none>\n$/);
  });
});

describe('hooklet logs', () => {
  const withContainers = (...names: readonly string[]): ApiObject =>
    ({ ...pod('web'), spec: { containers: names.map((name) => ({ name })), initContainers: [{ name: 'i' }] } }) as ApiObject;

  it('passes on what was asked, and gives bytes as they are', async () => {
    side.api.add('pods', withContainers('a'));
    side.api.answerFirst = ({ path }, response) => {
      if (path.endsWith('/log')) response.writeHead(200).end(Buffer.from([0xff, 0x1b, 10]));
      return path.endsWith('/log');
    };
    const ran = await side.run('logs pod/web -c a -f -p --tail 3 --since 1500ms --timestamps');
    equal(ran.code, 0);
    deepEqual(sent('GET').at(-1)?.query, {
      container: 'a',
      follow: 'true',
      previous: 'true',
      tailLines: '3',
      sinceSeconds: '2',
      timestamps: 'true',
    });
    equal(Buffer.from(ran.stdout).toString('hex'), 'efbfbd1b0a');
  });

  it('takes the container that the Pod names as its default', async () => {
    side.api.logs.set('web/b', 'from b');
    const defaulted = withContainers('a', 'b');
    side.api.add('pods', {
      ...defaulted,
      metadata: { ...defaulted.metadata, annotations: { 'kubectl.kubernetes.io/default-container': 'b' } },
    });
    deepEqual(await side.run('logs web'), { code: 0, stdout: 'from b', stderr: '' });
  });

  it('refuses what has no logs', async () => equal((await side.run('logs node/box')).code, 2));
});

describe('the client', () => {
  it('ends with 1 when it may not log in, and sends its token to nobody else', async () => {
    side.api.answerFirst = (_, response) => {
      fail(response, 401, ['Unauthorized', 'Unauthorized']);
      return true;
    };
    deepEqual(await side.run('get pods'), { code: 1, stdout: '', stderr: 'error: You must be logged in to the server (Unauthorized)\n' });
  });

  it('ends with 3 when there is no server', async () => {
    await side.api.close();
    const ran = await side.run('get pods');
    equal(ran.code, 3);
    match(ran.stderr, /^The connection to the server 127\.0\.0\.1:\d+ was refused - did you specify the right host or port\?\n$/);
    await side.close().catch(() => {});
    side = await ClientSide.open();
  });

  it('lets no word of a server take the terminal over', async () => {
    side.api.answerFirst = (_, response) => {
      fail(response, 500, ['InternalError', 'no\u001b]0;mine\u0007']);
      return true;
    };
    equal((await side.run('get pods')).stderr, 'Error from server (InternalError): no^[]0;mine^G\n');
  });
});
