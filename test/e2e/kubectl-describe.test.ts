/** What `kubectl describe` and `kubectl get` say of hooks that fail or take long, field by field (`lifecycle.md` 13 and 14). */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HttpsKubeApi } from '../../src/kubeapi/https-kube-api.ts';
import type { ApiEvent } from '../../src/model/api-objects.ts';
import type { Kubectl } from './kubectl.ts';
import { LIVES, ofShell, podOf } from './kubectl-pods.ts';
import { exec } from './pod-text.ts';
import { PodWatch } from './pod-watch.ts';
import { NODE_NAME, UpNode } from './up-node.ts';

const exampleFile = (name: string): string => fileURLToPath(new URL(`../../examples/${name}/pod.yaml`, import.meta.url));

interface EventRow {
  readonly type: string;
  readonly reason: string;
  readonly age: string;
  readonly from: string;
  readonly message: string;
}

/** The rows below "Events:"; columns are two or more spaces apart. */
function eventRows(described: string): readonly EventRow[] {
  const [, table = ''] = described.split(/^Events:\n/m);
  const [header = '', rule = '', ...rows] = table.split('\n').filter((line) => line !== '');
  match(header, /^ {2}Type +Reason +Age +From +Message$/);
  match(rule, /^ {2}---- +------ +---- +---- +-------$/);
  return rows.map((row) => {
    const [type = '', reason = '', age = '', from = '', ...message] = row.trim().split(/ {2,}/);
    return { type, reason, age, from, message: message.join('  ') };
  });
}

describe('kubectl describe and get, of hooks', { concurrency: 3 }, () => {
  let node: UpNode;
  let kubectl: Kubectl;
  let api: HttpsKubeApi;
  let watch: PodWatch;
  before(async () => {
    node = await UpNode.open();
    kubectl = await node.kubectl();
    api = await node.api();
    watch = new PodWatch(api, 'default');
  });
  after(async () => {
    await watch?.close();
    await node?.close();
  });

  const eventsOf = async (pod: string): Promise<readonly ApiEvent[]> => {
    const query = { fieldSelector: `involvedObject.name=${pod}` };
    const { body } = await api.request({ method: 'GET', path: '/api/v1/namespaces/default/events', query });
    return (body as { readonly items: readonly ApiEvent[] }).items;
  };

  it('a postStart that fails: every event, with its type, count, age and From', async () => {
    await kubectl.ok(`apply -f ${exampleFile('failing-post-start')}`);
    const isTold = (events: readonly ApiEvent[]): boolean => (events.find(({ reason }) => reason === 'Killing')?.count ?? 0) >= 3;
    while (!isTold(await eventsOf('failing-post-start'))) await watch.next();

    const text = await kubectl.ok('describe pod failing-post-start');
    const rows = eventRows(text);
    const again = 'seconds, again and again';
    const kinds = new Map(
      rows.map(({ type, reason, age, from }) => [
        reason,
        [type, from, /\(x[2-9] over \d+s\)$/.test(age) ? again : age.replace(/\d+s/, 'seconds')],
      ]),
    );
    deepEqual(Object.fromEntries(kinds), {
      Scheduled: ['Normal', 'default-scheduler', 'seconds'],
      Pulled: ['Normal', 'kubelet', again],
      Created: ['Normal', 'kubelet', again],
      Started: ['Normal', 'kubelet', again],
      FailedPostStartHook: ['Warning', 'kubelet', again],
      Killing: ['Normal', 'kubelet', again],
      BackOff: ['Warning', 'kubelet', again],
    });
    const row = (reason: string): EventRow => rows.find((each) => each.reason === reason) as EventRow;
    const prefix = '^(?:spec\\.containers\\{main\\}: )?';
    match(row('Scheduled').message, new RegExp(`^Successfully assigned default/failing-post-start to ${NODE_NAME}$`));
    match(row('Pulled').message, new RegExp(`${prefix}Container image "localhost/hooklet/base:1" already present on machine`));
    match(row('FailedPostStartHook').message, new RegExp(`${prefix}PostStartHook failed: .*/no/such/program`));
    match(row('Killing').message, new RegExp(`${prefix}FailedPostStartHook$`));
    match(row('BackOff').message, new RegExp(`${prefix}Back-off restarting failed container main in pod failing-post-start_default\\(`));

    (await eventsOf('failing-post-start')).filter(({ reason }) => reason !== 'Scheduled').forEach(isOfMain);
    match(text, /^ {4}State: +(Waiting\n {6}Reason: +(CrashLoopBackOff|PostStartHookError)|Terminated)/m);
    match(text, /^ {4}Restart Count: +[2-9]$/m);
    await kubectl.ok('delete pod failing-post-start --now');
  });

  it('events of the first start: in the order in which they happened', async () => {
    await kubectl.ok('create -f -', { input: podOf('ordered', ofShell(LIVES)) });
    await watch.untilReady('ordered');
    while ((await eventsOf('ordered')).length < 4) await watch.next();
    const rows = eventRows(await kubectl.ok('describe pod ordered'));
    deepEqual(
      rows.map(({ reason }) => reason),
      ['Scheduled', 'Pulled', 'Created', 'Started'],
    );
  });

  it('a preStop that fails, as the liveness probe asks for it', async () => {
    const container = ofShell(LIVES, {
      livenessProbe: { ...exec('false'), periodSeconds: 1, failureThreshold: 1 },
      lifecycle: { preStop: exec('/no/such/program') },
    });
    await kubectl.ok('create -f -', { input: podOf('unhealthy', container) });
    while (!(await eventsOf('unhealthy')).some(({ reason }) => reason === 'FailedPreStopHook')) await watch.next();
    const rows = eventRows(await kubectl.ok('describe pod unhealthy'));
    const failed = rows.find(({ reason }) => reason === 'FailedPreStopHook');
    deepEqual([failed?.type, failed?.from], ['Warning', 'kubelet']);
    match(failed?.message ?? '', /^(?:spec\.containers\{main\}: )?PreStopHook failed: .*\/no\/such\/program/);
    const killing = rows.find(({ reason }) => reason === 'Killing');
    match(killing?.message ?? '', /^(?:spec\.containers\{main\}: )?Container main failed liveness probe, will be restarted$/);
    equal(rows.find(({ reason }) => reason === 'Unhealthy')?.type, 'Warning');
    await kubectl.ok('delete pod unhealthy --now');
  });

  it('a preStop that takes long: Terminating until the grace ends', async () => {
    const yaml = await readFile(exampleFile('slow-pre-stop'), 'utf8');
    await kubectl.ok('apply -f -', { input: yaml });
    await watch.untilReady('slow-pre-stop');
    await kubectl.ok('delete pod slow-pre-stop --wait=false');
    const marked = await watch.untilPod('slow-pre-stop', 'it is being deleted', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    const end = Date.parse(marked.metadata.deletionTimestamp ?? '');
    const seen: string[] = [];
    while (watch.of('slow-pre-stop').at(-1)?.type !== 'DELETED') {
      if (seen.length === 1) {
        match(await kubectl.ok('describe pod slow-pre-stop'), /^Status: +Terminating \(lasts .+\)\nTermination Grace Period: +5s$/m);
      }
      const shown = await kubectl.run(['get', 'pod', 'slow-pre-stop', '--no-headers']);
      const status = shown.code === 0 ? shown.stdout.trim().split(/ +/)[2] : undefined;
      if (status !== undefined) seen.push(status);
      if (status !== 'Terminating') ok(Date.now() >= end, `${status} before its grace had ended`);
    }
    // Between the end of its containers and its removal, it shows how they ended.
    match(seen.join(' '), /^Terminating( Terminating)*( Error)*$/);
    equal(marked.metadata.deletionGracePeriodSeconds, 5);
  });
});

/** `lifecycle.md` 13.1 */
function isOfMain({ involvedObject, source, reportingComponent, reportingInstance, eventTime, metadata, ...event }: ApiEvent): void {
  const reporter = [source, reportingComponent, reportingInstance, eventTime ?? null];
  deepEqual(reporter, [{ component: 'kubelet', host: NODE_NAME }, 'kubelet', NODE_NAME, null]);
  equal(involvedObject.fieldPath, 'spec.containers{main}', event.reason);
  deepEqual([involvedObject.apiVersion, involvedObject.kind, involvedObject.name], ['v1', 'Pod', 'failing-post-start']);
  match(metadata?.name ?? '', /^failing-post-start\.[0-9a-f]{16}$/);
  ok(Date.parse(event.firstTimestamp ?? '') <= Date.parse(event.lastTimestamp ?? ''));
}
