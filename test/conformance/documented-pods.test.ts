/**
 * What the pages of the Kubernetes documentation's section "Pods" let their readers see, on real containers. The table of
 * all pages stands in docs/conformance.md.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DocumentedPages } from './documented-pages.ts';
import { comesBefore, lines } from './pod-lines.ts';

describe('the documentation of Pods', () => {
  let pages: DocumentedPages;
  let outside: string;
  before(async () => {
    outside = await mkdtemp(join(tmpdir(), 'hooklet-documented-'));
    pages = await DocumentedPages.open('pods', outside);
  });
  after(async () => {
    await pages.close();
    await rm(outside, { recursive: true, force: true });
  });

  describe('its pages', { concurrency: 4 }, () => {
    it('Pods: one that serves its port, and one of a template that completes', async () => {
      const pod = pages.start('simple');
      const ended = pages.logOfEnded(pages.start('from-template'), 'hello');
      await pod.untilReady();
      const response = await fetch(`http://${pod.status.podIP}/hosts`, { signal: AbortSignal.timeout(10_000) });
      match(await response.text(), /simple/);
      equal(await ended, 'hello from a template\n');
      pod.delete();
    });

    it('Pod Lifecycle: a rule about an exit code restarts a container that otherwise never is', async () => {
      const pod = pages.start('exit-code-rule');
      await pod.untilPhase('Succeeded');
      deepEqual(lines(pod, /^exited/), ['exited main#0 42 self', 'exited main#1 0 self']);
      equal(pod.container('main')?.restartCount, 1);
    });

    it('Pod Lifecycle: a readiness gate keeps a Pod from being Ready whose containers are', async () => {
      const pod = pages.start('readiness-gate');
      await pod.until('its containers are ready', (one) => one.isTrue('ContainersReady'));
      equal(pod.isTrue('Ready'), false);
      const ready = pod.status.conditions.find(({ type }) => type === 'Ready');
      equal(ready?.reason, 'ReadinessGatesNotReady');
      pod.delete();
    });

    it('Pod Lifecycle: activeDeadlineSeconds ends a Pod and fails it', async () => {
      const pod = pages.start('past-deadline');
      await pod.untilPhase('Failed');
      equal(pod.status.reason, 'DeadlineExceeded');
    });

    it('Init Containers: each waits for what the outside provides, and then the app starts', async () => {
      const pod = pages.start('init-waits');
      await pages.untilLog(pod, /waiting for the service/, { container: 'wait-for-service' });
      equal(pod.status.phase, 'Pending');
      const initialized = pod.status.conditions.find(({ type }) => type === 'Initialized');
      deepEqual([initialized?.status, initialized?.reason], ['False', 'ContainersNotInitialized']);
      equal(pod.container('main')?.state.waiting?.reason, 'PodInitializing');
      await writeFile(join(outside, 'service'), '');
      await pages.untilLog(pod, /waiting for the database/, { container: 'wait-for-database' });
      await writeFile(join(outside, 'database'), '');
      await pages.untilLog(pod, /the app runs/);
      await pod.untilReady();
      comesBefore(pod, 'exited wait-for-service#0 0 self', 'started wait-for-database#0');
      comesBefore(pod, 'exited wait-for-database#0 0 self', 'started main#0');
      pod.delete();
    });

    it('Sidecar Containers: a log shipper of a Deployment starts first and ships what the app writes', async () => {
      const pod = pages.start('with-log-shipper');
      await pages.untilLog(pod, /logging/, { container: 'log-shipper' });
      await pod.untilReady();
      comesBefore(pod, 'started log-shipper#0', 'started app#0');
      pod.delete();
      await pod.untilGone();
      comesBefore(pod, 'exited app#0 0 stop', 'exited log-shipper#0 0 stop');
    });

    it('Sidecar Containers: one of a Job does not keep it from completing', async () => {
      const pod = pages.start('job-with-log-shipper');
      await pages.untilLog(pod, /logging/, { container: 'log-shipper' });
      await pod.untilPhase('Succeeded');
      comesBefore(pod, 'exited job#0 0 self', 'exited log-shipper#0 0 stop');
    });

    it('Pod Hostname: the name of the Pod, one that is given, and one with a domain', async () => {
      const [own, given, whole] = ['name-of-pod', 'name-given', 'name-with-domain'].map((name) => pages.logOfEnded(pages.start(name)));
      equal(await own, 'name-of-pod\n');
      equal(await given, 'my-host\n1\n');
      equal(await whole, 'my-host.my-subdomain.default.svc.cluster.local\n');
    });

    it('Downward API: fields and resources as variables and as files', async () => {
      const log = await pages.logOfEnded(pages.start('downward'));
      equal(log.split('\n')[0], `downward default west 50 ${32 * 1024 * 1024}`);
      deepEqual(log.split('\n').slice(1, 3), ['rack="22"', 'zone="west"build="two"']);
      ok(log.endsWith('\n250\n') || log.endsWith('\n250'), log);
    });
  });

  it('has no Pod here that no test starts', () => deepEqual(pages.notStarted(), []));
});
