import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuntimeEvent } from './runtime-events.ts';
import { type RuntimeSubject, untilExited, withPod } from './runtime-subject.contract.ts';

/** Signals and events together: what one does the other tells. */
export function containerSignalsContract(name: string, open: () => Promise<RuntimeSubject>): void {
  describe(`${name} as ContainerSignals and RuntimeEvents`, () => {
    it('kill() sends the signal to the first process', async () => {
      const subject = await open();
      const { cri, signals } = subject.runtime;
      await withPod(subject, async ({ sandbox, start }) => {
        const id = await start('runs');
        await signals?.kill(id, 'SIGTERM');
        await untilExited(subject, sandbox.uid, id);
        assert.equal((await cri.listContainers(sandbox.uid))[0]?.exitCode, 5);
      });
    });

    it('kill() is no error for a container that has ended or was never there', async () => {
      const subject = await open();
      await withPod(subject, async ({ sandbox, start }) => {
        const id = await start('completes');
        await untilExited(subject, sandbox.uid, id);
        await subject.runtime.signals?.kill(id, 'SIGTERM');
        await subject.runtime.signals?.kill('never-there', 'SIGKILL');
      });
    });

    it('imageStopSignal() is undefined for an image that asks for none', async () => {
      const { runtime, image } = await open();
      assert.equal(await runtime.signals?.imageStopSignal(image), undefined);
    });

    it('subscribe() tells the exit of a container with its code, until it is told to stop', async () => {
      const subject = await open();
      const seen: RuntimeEvent[] = [];
      const stop = subject.runtime.events?.subscribe((event) => seen.push(event));
      try {
        await withPod(subject, async ({ start }) => {
          const id = await start('ends');
          const exited = async (): Promise<void> => {
            while (!seen.some((event) => event.kind === 'containerExited' && event.containerId === id))
              await new Promise((resolve) => setTimeout(resolve, 5));
          };
          await subject.settle(exited());
          assert.deepEqual(
            seen.filter((event) => 'containerId' in event && event.containerId === id),
            [{ kind: 'containerExited', containerId: id, exitCode: 3 }],
          );
        });
      } finally {
        stop?.();
      }
      const count = seen.length;
      await withPod(subject, async ({ sandbox, start }) => untilExited(subject, sandbox.uid, await start('completes')));
      assert.equal(seen.length, count);
    });
  });
}
