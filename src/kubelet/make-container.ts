/** Image, creation and start of one container instance. */
import { containerSpec } from '../core/container/container-spec.ts';
import { sandboxSpec } from '../core/container/sandbox-spec.ts';
import { msBetween } from '../core/instant.ts';
import type { ContainerFact, ImageFact } from '../core/journal-record.ts';
import type { ContainerState } from '../core/runtime-state.ts';
import type { Step } from '../core/step.ts';
import type { Container } from '../model/pod.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import { containerInputs } from './container-inputs.ts';
import { securityOf } from './container-security.ts';
import { podPlaces } from './make-sandbox.ts';
import { imageStopSignal } from './send-signal.ts';
import { setUpVolumes } from './set-up-volumes.ts';
import { containerOf, imageTask, type WorkerContext } from './worker-context.ts';

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** The container as the runtime's own answer has it; `runtime`: it has to be looked at. */
type Made = { readonly container: ContainerState } | 'runtime';

export async function createContainer(context: WorkerContext, step: StepOf<'createContainer'>): Promise<Made> {
  const spec = containerOf(context, step.container);
  const volumes = setUpVolumes(context);
  volumes.catch(() => undefined); // judged below, once the image is there
  const image = await imageFacts(context, spec);
  if (image === 'notThere') return 'runtime';
  await volumes;
  const of = { container: step.container, restartCount: step.restartCount };
  try {
    const [containerId, imageRef] = await Promise.all([create(context, step, spec), imageRefOf(context, spec.image)]);
    context.memory.imageStopSignals.delete(spec.name);
    if (spec.lifecycle?.stopSignal === undefined) void imageStopSignal(context, spec);
    const hooksDue = spec.lifecycle?.postStart === undefined ? [] : (['postStart'] as const);
    const { bootId, wallMs } = context.parts.clock.now();
    await context.log.append([
      ...image,
      { type: 'container.created', ...of, containerId, bootId, hooksDue, image: spec.image, ...imageRef },
    ]);
    return { container: createdState(context, step, { id: containerId, createdAtMs: wallMs }) };
  } catch (error) {
    if (!hasCode(error, 'runtimeFailed', 'imageNotFound', 'badInput', 'containerNotConfigured')) throw error;
    const reason = hasCode(error, 'containerNotConfigured') ? 'CreateContainerConfigError' : 'CreateContainerError';
    await context.log.append([...image, failureFact(of, reason, error)]);
    return 'runtime';
  }
}

async function create(context: WorkerContext, step: StepOf<'createContainer'>, spec: Container): Promise<string> {
  const { pod, parts } = context;
  const sandbox = sandboxSpec(pod, context.log.history.sandbox?.attempt ?? 0, podPlaces(context));
  const inputs = await containerInputs(context, spec, step.restartCount);
  const places = { ...inputs, nodeMemoryBytes: parts.host.memoryBytes, security: await securityOf(context, spec) };
  return parts.runtime.cri.createContainer(step.sandboxId, sandbox, containerSpec(pod, spec, step.restartCount, places));
}

export async function startContainer(context: WorkerContext, step: StepOf<'startContainer'>): Promise<Made> {
  const of = { container: step.container, restartCount: step.restartCount };
  const { wallMs } = context.parts.clock.now();
  try {
    await context.slots.use(() => context.parts.runtime.cri.startContainer(step.containerId));
  } catch (error) {
    if (!hasCode(error, 'runtimeFailed')) throw error;
    // The runtime shows the instance as ended from now on; what follows is decided from there.
    await context.log.append([failureFact(of, 'RunContainerError', error)]);
    return 'runtime';
  }
  await context.log.append([{ type: 'container.started', ...of, containerId: step.containerId }]);
  const container = createdState(context, step, { id: step.containerId, createdAtMs: wallMs });
  return { container: { ...container, phase: 'running', startedAtMs: wallMs } };
}

/** Only told, never needed: an answer that cannot be had is no reason not to go on. */
async function imageRefOf({ parts }: WorkerContext, image: string): Promise<{ readonly imageRef?: string }> {
  const imageRef = await parts.runtime.cri.imageId(image).catch(() => undefined);
  return imageRef === undefined ? {} : { imageRef };
}

type Instance = { readonly container: string; readonly restartCount: number };

function createdState(
  { pod, log }: WorkerContext,
  { container, restartCount }: Instance,
  made: Pick<ContainerState, 'id' | 'createdAtMs'>,
): ContainerState {
  return {
    ...made,
    uid: pod.metadata.uid,
    sandboxId: log.history.sandbox?.id ?? '',
    name: container,
    restartCount,
    phase: 'created',
    startedAtMs: 0,
    finishedAtMs: 0,
    exitCode: 0,
    reason: '',
    message: '',
    annotations: {},
  };
}

const failureFact = (of: Instance, reason: string, error: unknown): ContainerFact => ({
  type: 'container.failed',
  ...of,
  reason,
  message: messageOf(error),
});

/** The facts that go with a present image, or `notThere`: it is being got, or it cannot be had now. */
async function imageFacts(context: WorkerContext, spec: Container): Promise<readonly ImageFact[] | 'notThere'> {
  const of = { container: spec.name, image: spec.image };
  const known = context.log.history.containers[spec.name]?.image;
  // What was got under the name that the container had before an update is of no use.
  if (known?.kind === 'pulled' && known.image === spec.image) return [];
  const present = spec.imagePullPolicy !== 'Always' && (await context.parts.runtime.cri.imageId(spec.image)) !== undefined;
  if (present) return [{ type: 'image.pulled', ...of, present: true }];
  if (spec.imagePullPolicy === 'Never') {
    const message = `Container image "${spec.image}" is not present with pull policy of Never`;
    await context.log.append([{ type: 'image.failed', ...of, reason: 'ErrImageNeverPull', message, at: context.parts.clock.now() }]);
    return 'notThere';
  }
  await pullBeside(context, of);
  return 'notThere';
}

async function pullBeside({ log, tasks, parts }: WorkerContext, of: { readonly container: string; readonly image: string }): Promise<void> {
  const { cri } = parts.runtime;
  await log.append([{ type: 'image.pulling', ...of }]);
  tasks.start(imageTask(of.container), async (signal) => {
    const begun = parts.clock.now();
    try {
      await cri.pullImage(of.image, signal);
    } catch (error) {
      if (signal.aborted) return { facts: [] };
      return { facts: [{ type: 'image.failed', ...of, reason: 'ErrImagePull', message: messageOf(error), at: parts.clock.now() }] };
    }
    const durationMs = Math.max(0, Math.round(msBetween(begun, parts.clock.now())));
    const sizeBytes = await imageSize(cri, of.image);
    return { facts: [{ type: 'image.pulled', ...of, present: false, durationMs, ...(sizeBytes === undefined ? {} : { sizeBytes }) }] };
  });
}

/** Only told, never needed: an answer that cannot be had is no reason not to go on. */
async function imageSize(cri: Pick<ContainerRuntime, 'imageId' | 'listImages'>, image: string): Promise<number | undefined> {
  try {
    const [wanted, images] = await Promise.all([cri.imageId(image), cri.listImages()]);
    return images.find(({ id }) => id === wanted)?.sizeBytes;
  } catch {
    return undefined;
  }
}
