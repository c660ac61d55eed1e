import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * `swap` is a directory with `inner`, then a link out of the volume, and so on. A directory that somebody made in its
 * place meanwhile is put aside.
 */
const SWAPPER = `
  const { renameSync } = require('node:fs');
  const { workerData, parentPort } = require('node:worker_threads');
  const { volume, stop } = workerData;
  const swap = volume + '/swap';
  let aside = 0;
  const put = (from, to) => {
    for (;;) {
      try {
        return renameSync(from, to);
      } catch {
        try {
          renameSync(swap, volume + '/aside-' + aside++);
        } catch {}
      }
    }
  };
  parentPort.postMessage('swapping');
  while (Atomics.load(stop, 0) === 0) {
    renameSync(swap, volume + '/kept');
    put(volume + '/link', swap);
    renameSync(swap, volume + '/link');
    put(volume + '/kept', swap);
  }
`;

/**
 * A container that wants out of its volume: while `work` runs, a thread of its own makes `swap` of `volume` a directory
 * with `inner` and a link to `outside`, in turn and as fast as it can. `outside` has an `inner` too.
 */
export async function whileSwapping(volume: string, outside: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(join(volume, 'swap/inner'), { recursive: true });
  mkdirSync(join(outside, 'inner'), { recursive: true });
  symlinkSync(outside, join(volume, 'link'));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SWAPPER, { eval: true, workerData: { volume, stop } });
  const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject));
  try {
    await new Promise((resolve) => worker.once('message', resolve));
    await work();
  } finally {
    Atomics.store(stop, 0, 1);
    await ended;
  }
}
