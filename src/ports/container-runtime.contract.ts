import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { hasCode } from './hooklet-error.ts';
import { contractExecs } from './runtime-programs.contract.ts';
import { newContainerSpec, newSandboxSpec, type RuntimeSubject, untilExited, withPod } from './runtime-subject.contract.ts';

/** `open` is called once a test; what it returns may be the same each time. */
export function containerRuntimeContract(name: string, open: () => Promise<RuntimeSubject>): void {
  describe(`${name} as ContainerRuntime`, () => {
    sandboxTests(open);
    containerTests(open);
    endTests(open);
    streamTests(open);
  });
}

function sandboxTests(open: () => Promise<RuntimeSubject>): void {
  it('version() names the runtime', async () => {
    const { runtime } = await open();
    const { name, version } = await runtime.cri.version();
    assert.ok(name !== '' && version !== '');
  });

  it('listSandboxes() tells what runPodSandbox() was given, and the address', async () => {
    const subject = await open();
    await withPod(subject, async ({ sandbox, sandboxId }) => {
      const [state, ...others] = await subject.runtime.cri.listSandboxes(sandbox.uid);
      assert.deepEqual(others, []);
      assert.ok(state !== undefined);
      const { createdAtMs, ip, ...rest } = state;
      const { uid, namespace, name, annotations } = sandbox;
      assert.deepEqual(rest, { id: sandboxId, uid, namespace, name, attempt: 0, ready: true, annotations });
      assert.match(ip ?? '', /^\d+\.\d+\.\d+\.\d+$/);
      assert.ok(Number.isInteger(createdAtMs) && createdAtMs > 0);
      assert.ok((await subject.runtime.cri.listSandboxes()).some(({ id }) => id === sandboxId));
    });
  });

  it('runPodSandbox() twice with one name and attempt rejects with runtimeNameReserved', async () => {
    const subject = await open();
    await withPod(subject, async ({ sandbox }) => {
      await assert.rejects(subject.runtime.cri.runPodSandbox(sandbox), (error) => hasCode(error, 'runtimeNameReserved'));
    });
  });

  it('listSandboxes() shows the newest attempt first, and a stopped one as not ready', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, sandboxId }) => {
      await cri.stopPodSandbox(sandboxId);
      const next = await cri.runPodSandbox({ ...sandbox, attempt: 1 });
      try {
        const states = await cri.listSandboxes(sandbox.uid);
        assert.deepEqual(
          states.map(({ id, attempt, ready }) => ({ id, attempt, ready })),
          [
            { id: next, attempt: 1, ready: true },
            { id: sandboxId, attempt: 0, ready: false },
          ],
        );
      } finally {
        await cri.stopPodSandbox(next);
        await cri.removePodSandbox(next);
      }
    });
  });

  it('stopPodSandbox() and removePodSandbox() are idempotent, and no error for what was never there', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, sandboxId, start }) => {
      await start('runs');
      for (const id of [sandboxId, sandboxId, 'never-there']) await cri.stopPodSandbox(id);
      for (const id of [sandboxId, sandboxId, 'never-there']) await cri.removePodSandbox(id);
      assert.deepEqual(await cri.listSandboxes(sandbox.uid), []);
      assert.deepEqual(await cri.listContainers(sandbox.uid), []);
    });
  });
}

function containerTests(open: () => Promise<RuntimeSubject>): void {
  it('a container is created, running, exited, and tells its times and exit code', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, sandboxId }) => {
      const spec = newContainerSpec(subject, 'ends');
      const id = await cri.createContainer(sandboxId, sandbox, spec);
      const [created] = await cri.listContainers(sandbox.uid);
      assert.ok(created !== undefined && created.createdAtMs > 0);
      const same = {
        id,
        uid: sandbox.uid,
        sandboxId,
        name: 'ends',
        restartCount: 0,
        createdAtMs: created.createdAtMs,
        message: '',
        annotations: spec.annotations,
      };
      assert.deepEqual(created, { ...same, phase: 'created', startedAtMs: 0, finishedAtMs: 0, exitCode: 0, reason: '' });
      await cri.startContainer(id);
      const [running] = await cri.listContainers(sandbox.uid);
      assert.ok(running !== undefined && running.startedAtMs >= created.createdAtMs);
      assert.deepEqual(running, { ...same, phase: 'running', startedAtMs: running.startedAtMs, finishedAtMs: 0, exitCode: 0, reason: '' });
      await untilExited(subject, sandbox.uid, id);
      const [exited] = await cri.listContainers(sandbox.uid);
      assert.ok(exited !== undefined && exited.finishedAtMs >= running.startedAtMs + 100);
      assert.deepEqual(exited, {
        ...same,
        phase: 'exited',
        startedAtMs: running.startedAtMs,
        finishedAtMs: exited.finishedAtMs,
        exitCode: 3,
        reason: 'Error',
      });
    });
  });

  it('createContainer() twice with one name and restart count rejects with runtimeNameReserved', async () => {
    const subject = await open();
    await withPod(subject, async ({ sandbox, sandboxId }) => {
      await subject.runtime.cri.createContainer(sandboxId, sandbox, newContainerSpec(subject, 'runs'));
      const again = subject.runtime.cri.createContainer(sandboxId, sandbox, newContainerSpec(subject, 'runs'));
      await assert.rejects(again, (error) => hasCode(error, 'runtimeNameReserved'));
    });
  });

  it('createContainer() in a sandbox that is not there rejects with runtimeNotFound', async () => {
    const subject = await open();
    const call = subject.runtime.cri.createContainer('never-there', newSandboxSpec(subject), newContainerSpec(subject, 'runs'));
    await assert.rejects(call, (error) => hasCode(error, 'runtimeNotFound'));
  });

  it('startContainer() of a program that is not there rejects with the reason; the container has exited with 128', async () => {
    const subject = await open();
    await withPod(subject, async ({ sandbox, start }) => {
      await assert.rejects(
        start('unstartable'),
        (error) => hasCode(error, 'runtimeFailed') && /no such file or directory/.test(error.message),
      );
      const [state] = await subject.runtime.cri.listContainers(sandbox.uid);
      assert.deepEqual([state?.phase, state?.exitCode, state?.reason], ['exited', 128, 'StartError']);
    });
  });

  it('listContainers() shows only the containers of the Pod that was asked for, the newest of a name first', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, sandboxId, start }) => {
      await start('completes');
      await cri.createContainer(sandboxId, sandbox, newContainerSpec(subject, 'completes', 1));
      await withPod(subject, async (other) => {
        await other.start('runs');
        const states = await cri.listContainers(sandbox.uid);
        assert.deepEqual(
          states.map(({ name, restartCount }) => `${name} ${restartCount}`),
          ['completes 1', 'completes 0'],
        );
      });
    });
  });
}

function endTests(open: () => Promise<RuntimeSubject>): void {
  it('stopContainer() gives the program its time; it is idempotent', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, start }) => {
      const id = await start('runs');
      await subject.settle(cri.stopContainer(id, 30));
      await untilExited(subject, sandbox.uid, id);
      assert.equal((await cri.listContainers(sandbox.uid))[0]?.exitCode, 5);
      await cri.stopContainer(id, 30);
      await cri.stopContainer('never-there', 30);
    });
  });

  it('removeContainer() removes, and is idempotent', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ sandbox, start }) => {
      const id = await start('runs');
      await subject.settle(cri.stopContainer(id, 0));
      for (const one of [id, id, 'never-there']) await cri.removeContainer(one);
      assert.deepEqual(await cri.listContainers(sandbox.uid), []);
    });
  });

  it('imageId() and listImages() know the images that are there', async () => {
    const { runtime, image } = await open();
    const id = await runtime.cri.imageId(image);
    assert.ok(id !== undefined && id !== '');
    const listed = (await runtime.cri.listImages()).find(({ tags }) => tags.includes(image));
    assert.deepEqual([listed?.id, (listed?.sizeBytes ?? 0) > 0], [id, true]);
    assert.equal(await runtime.cri.imageId('localhost/never/there:1'), undefined);
  });

  it('imageUser() is root for an image that names nobody, and nobody for one that is not there', async () => {
    const { runtime, image } = await open();
    assert.deepEqual(await runtime.cri.imageUser(image), { uid: 0 });
    assert.equal(await runtime.cri.imageUser('localhost/never/there:1'), undefined);
  });

  it('features() answers', async () => {
    const { runtime } = await open();
    assert.equal(typeof (await runtime.cri.features()).strictGroups, 'boolean');
  });

  it('execSync() gives exit code and output', async () => {
    const subject = await open();
    await withPod(subject, async ({ start }) => {
      const id = await start('runs');
      const never = new AbortController().signal;
      const { exitCode, stdout, stderr } = await subject.settle(subject.runtime.cri.execSync(id, contractExecs.prints.argv, never));
      assert.deepEqual([exitCode, String(stdout), String(stderr)], [0, 'out\n', 'err\n']);
    });
  });

  it('execSync() rejects with the reason of the abort', async () => {
    const subject = await open();
    await withPod(subject, async ({ start }) => {
      const id = await start('runs');
      const controller = new AbortController();
      const call = subject.runtime.cri.execSync(id, contractExecs.hangs.argv, controller.signal);
      const reason = new Error('left');
      controller.abort(reason);
      await assert.rejects(call, reason);
    });
  });

  it('execSync() rejects when its timeout is over, and does not wait for the process', async () => {
    const subject = await open();
    await withPod(subject, async ({ start }) => {
      const id = await start('runs');
      const never = new AbortController().signal;
      const call = subject.runtime.cri.execSync(id, contractExecs.hangs.argv, never, 1);
      await assert.rejects(subject.settle(call), (error) => hasCode(error, 'runtimeUnavailable', 'runtimeFailed'));
    });
  });

  it('pullImage() from a registry that never answers rejects with the reason of the abort', async (t) => {
    const { runtime } = await open();
    const sockets = new Set<Socket>();
    const registry = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    t.after(() => {
      registry.close();
      for (const socket of sockets) socket.destroy();
    });
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const controller = new AbortController();
    const pull = runtime.cri.pullImage(`127.0.0.1:${port}/never:1`, controller.signal);
    const reason = new Error('left');
    setTimeout(() => controller.abort(reason), 100);
    await assert.rejects(pull, reason);
  });
}

function streamTests(open: () => Promise<RuntimeSubject>): void {
  const streams = { stdin: true, stdout: true, stderr: true, tty: false };
  const loopback = /^http:\/\/127\.0\.0\.1:\d+\/(exec|attach|portforward)\/[\w-]+$/;

  it('streamUrl() names a place on loopback, another one each time', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ start, sandboxId }) => {
      const containerId = await start('runs');
      const urls = [
        await cri.streamUrl({ kind: 'exec', containerId, command: ['true'], ...streams }),
        await cri.streamUrl({ kind: 'exec', containerId, command: ['true'], ...streams, tty: true, stderr: false }),
        await cri.streamUrl({ kind: 'attach', containerId, ...streams }),
        await cri.streamUrl({ kind: 'portforward', sandboxId, ports: [80] }),
      ];
      assert.deepEqual(
        urls.map((url) => loopback.exec(url.href)?.[1]),
        ['exec', 'exec', 'attach', 'portforward'],
      );
      assert.equal(new Set(urls.map(({ href }) => href)).size, urls.length);
    });
  });

  it('streamUrl() rejects for a container that has ended, and for what was never there', async () => {
    const subject = await open();
    const { cri } = subject.runtime;
    await withPod(subject, async ({ start, sandbox }) => {
      const containerId = await start('ends');
      await untilExited(subject, sandbox.uid, containerId);
      await assert.rejects(cri.streamUrl({ kind: 'exec', containerId, command: ['true'], ...streams }), { code: 'runtimeFailed' });
      await assert.rejects(cri.streamUrl({ kind: 'attach', containerId: 'never-there', ...streams }), { code: 'runtimeNotFound' });
      await assert.rejects(cri.streamUrl({ kind: 'portforward', sandboxId: 'never-there', ports: [] }), { code: 'runtimeNotFound' });
    });
  });
}
