/**
 * A runtime for image commands: one that is named; that of the agent of this state directory, used beside it; else hooklet's
 * own, with the state directory's lock as long as the command lasts, so that nobody else starts or ends it meanwhile.
 */
import { HookletError } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { NodeOptions, OpenImages } from '../ports/open-node.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { HeldStateLock, StateLock } from '../ports/state-lock.ts';
import { foreignRuntimeOf } from './keep-to-runtime.ts';
import { connectRuntime, ensureBaseImages, openRuntime, systemClock } from './open-runtime.ts';
import { takeImageLock } from './take-state-lock.ts';

interface ImagePlaces {
  readonly options: NodeOptions;
  readonly paths: HostPaths;
}

/** A named runtime is nobody's to start or end: no lock. */
export async function openForeignImages({ options, paths }: ImagePlaces): Promise<OpenImages> {
  const { runtime, close } = await openRuntime(options, paths);
  return imagesOf(runtime, { options, paths }, () => close(false));
}

/** Throws `stateLocked` when neither the lock nor the runtime of its holder can be had. */
export async function openOwnImages(places: ImagePlaces, lock: StateLock): Promise<OpenImages> {
  const { options, paths } = places;
  const beside = await connectRuntime(paths.containerdSocket, paths, 'own');
  let isBeside = false;
  try {
    const turn = { lock, clock: await systemClock(), onProgress: options.onProgress };
    const held = await takeImageLock(turn, () => answers(beside, paths));
    if (held !== undefined) return await openHeld(places, held);
    isBeside = true;
    return imagesOf(beside, places, async () => beside.close());
  } finally {
    if (!isBeside) beside.close();
  }
}

async function openHeld(places: ImagePlaces, held: HeldStateLock): Promise<OpenImages> {
  try {
    const open = await openRuntime(places.options, places.paths);
    const close = async (): Promise<void> => {
      try {
        // Also one that was there: with the lock in hand it is a killed command's, and without containers of no use.
        await open.close(!open.hasContainers());
      } finally {
        held.release();
      }
    };
    return imagesOf(open.runtime, places, close);
  } catch (error) {
    held.release();
    throw error;
  }
}

async function answers({ cri }: Runtime, paths: HostPaths): Promise<boolean> {
  const foreign = await foreignRuntimeOf(paths);
  if (foreign !== undefined) {
    throw new HookletError(
      'hostLacks',
      `the hooklet of "${paths.stateDir}" uses the runtime at ${foreign}; name it with --runtime-endpoint`,
    );
  }
  return cri.version().then(
    () => true,
    () => false,
  );
}

const imagesOf = (runtime: Runtime, { options, paths }: ImagePlaces, close: () => Promise<void>): OpenImages => ({
  runtime,
  makeBase: () => ensureBaseImages(runtime, paths, options),
  close,
});
