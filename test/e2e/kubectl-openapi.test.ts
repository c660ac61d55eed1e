/** What kubectl makes of the API's description of itself. Needs kubectl 1.30 or newer in PATH. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { DescriptionServer } from './description-server.ts';

describe('kubectl and the OpenAPI documents', () => {
  const server = new DescriptionServer();
  let home = '';

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'hooklet-kubectl-'));
    const cluster = { name: 'c', cluster: { server: await server.listen() } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts: [context], users: [{ name: 'u', user: {} }] };
    writeFileSync(join(home, 'config'), JSON.stringify({ ...config, 'current-context': 'c' }));
  });
  after(async () => {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    server.writes.length = 0;
    server.reads.length = 0;
  });

  interface Ended {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  /** `manifest` is piped in, as JSON. */
  function kubectl(args: readonly string[], manifest?: object): Promise<Ended> {
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, 'config') };
    const child = spawn('kubectl', args, { env, timeout: 60_000 });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(manifest === undefined ? '' : JSON.stringify(manifest));
    return new Promise((settle, fail) => {
      child.on('error', fail);
      child.on('close', (code) => settle({ code, stdout, stderr }));
    });
  }

  const pod = (spec: object, name = 'p') => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  const container = { name: 'c', image: 'i' };

  it('explains a field with its type, its description and what is below it', async () => {
    const { code, stdout, stderr } = await kubectl(['explain', 'pod.spec.containers.lifecycle']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^KIND: {7}Pod\nVERSION: {4}v1\n\nFIELD: lifecycle <Lifecycle>\n/);
    assert.match(stdout, /Actions that the management system should take in response to container/);
    assert.match(stdout, /^ {2}postStart\t<LifecycleHandler>\n {4}PostStart is called immediately after a container is created/m);
    assert.match(stdout, /^ {2}preStop\t<LifecycleHandler>$/m);
  });

  it('explains a whole Pod, and the closed sets of values', async () => {
    const { stdout } = await kubectl(['explain', 'pod', '--recursive']);
    for (const line of [
      '    terminationGracePeriodSeconds\t<integer>',
      '    nodeSelector\t<map[string]string>',
      '          exec\t<ExecAction>',
    ])
      assert.ok(stdout.includes(`${line}\n`), line);
    assert.match(stdout, /^ {4}containers\t<\[\]Container> -required-$/m);
    assert.match((await kubectl(['explain', 'pod.spec.containers.ports.protocol'])).stdout, /ENUM:\n {4}SCTP\n {4}TCP\n {4}UDP\n/);
  });

  it('explains kinds of other groups, and by version 2 of OpenAPI', async () => {
    assert.match(
      (await kubectl(['explain', 'cronjobs.spec.jobTemplate.spec.template.spec'])).stdout,
      /^GROUP: {6}batch\nKIND: {7}CronJob\n/,
    );
    assert.match((await kubectl(['explain', 'event', '--api-version=events.k8s.io/v1'])).stdout, /^ {2}regarding\t<ObjectReference>$/m);
    const old = await kubectl(['explain', '--output=plaintext-openapiv2', 'pod.spec.containers.lifecycle.preStop']);
    assert.match(old.stdout, /RESOURCE: preStop <Object>/);
  });

  it('leaves the judgement of fields to the server, and shows its words', async () => {
    const right = await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], pod({ containers: [container] }));
    assert.deepEqual(right, { code: 0, stdout: 'pod/p created (server dry run)\n', stderr: '' });
    const query = { dryRun: 'All', fieldManager: 'kubectl-create', fieldValidation: 'Strict' };
    assert.deepEqual(
      server.writes.map(({ method, query: asked }) => [method, asked]),
      [['POST', query]],
    );
    const wrong = pod({ containers: [{ ...container, lifecycle: { preStopp: {} } }] });
    const strict = await kubectl(['create', '-f', '-'], wrong);
    const words = 'unknown field "spec.containers[0].lifecycle.preStopp"';
    assert.equal(
      strict.stderr,
      `Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: strict decoding error: ${words}\n`,
    );
    const warned = await kubectl(['create', '--validate=warn', '-f', '-'], wrong);
    assert.deepEqual(warned, { code: 0, stdout: 'pod/p created\n', stderr: `Warning: ${words}\n` });
  });

  it('judges a List itself, by version 2 of OpenAPI in protobuf', async () => {
    const list = (one: object) => ({ apiVersion: 'v1', kind: 'List', items: [pod({ containers: [one] })] });
    assert.deepEqual(await kubectl(['create', '-f', '-'], list(container)), { code: 0, stdout: 'pod/p created\n', stderr: '' });
    assert.ok(server.reads.includes('/openapi/v2'));
    const wrong = await kubectl(['create', '-f', '-'], list({ name: 'c', imag: 'i', ports: [{ containerPort: 'http' }] }));
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /ValidationError\(Pod\.spec\.containers\[0\]\): unknown field "imag" in io\.k8s\.api\.core\.v1\.Container/);
    assert.match(wrong.stderr, /containerPort: got "string", expected "integer"/);
    assert.equal(server.writes.length, 1);
  });

  it('judges kinds that nobody can patch itself, and then hears why they are refused', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ ...container, resources: { limits: { cpu: 1 } } }] } };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    const { code, stderr } = await kubectl(['create', '-f', '-'], {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec,
    });
    assert.equal(code, 1);
    assert.match(stderr, /^Error from server \(MethodNotAllowed\): .*create is not supported on resources of kind "deployments\.apps"/);
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get' } },
    };
    assert.equal((await kubectl(['create', '-f', '-'], review)).code, 0);
  });

  it('merges lists by their keys when it applies', async () => {
    const applied = JSON.stringify({ ...pod({ containers: [container, { name: 'old', image: 'o' }] }, 'live') });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied };
    const live = pod({ containers: [container, { name: 'old', image: 'o' }, { name: 'injected', image: 'x' }] }, 'live');
    server.objects.set('/api/v1/namespaces/default/pods/live', { ...live, metadata: { name: 'live', namespace: 'default', annotations } });
    const { code, stderr } = await kubectl(
      ['apply', '-f', '-'],
      pod(
        {
          containers: [
            { ...container, image: 'j' },
            { name: 'new', image: 'n' },
          ],
        },
        'live',
      ),
    );
    assert.deepEqual([code, stderr], [0, '']);
    const [patch] = server.writes;
    assert.equal(patch?.contentType, 'application/strategic-merge-patch+json');
    const containers = [
      { image: 'j', name: 'c' },
      { image: 'n', name: 'new' },
      { $patch: 'delete', name: 'old' },
    ];
    assert.deepEqual(patch?.body['spec'], { '$setElementOrder/containers': [{ name: 'c' }, { name: 'new' }], containers });
    assert.ok(!server.reads.includes('/openapi/v2'), 'version 3 was enough');
  });

  it('sends a whole object to server-side apply', async () => {
    const { code, stdout } = await kubectl(['apply', '--server-side', '-f', '-'], pod({ containers: [container] }));
    assert.deepEqual([code, stdout], [0, 'pod/p serverside-applied\n']);
    assert.deepEqual(
      server.writes.map(({ method, contentType, query }) => [method, contentType, query['fieldValidation']]),
      [['PATCH', 'application/apply-patch+yaml', 'Strict']],
    );
  });
});
