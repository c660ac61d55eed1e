/** The Pods of the benchmark: the same for bare calls and for hooklet, of one small container without input or output. */
import { acceptManifest } from '../src/kubelet/take-over.ts';
import type { Pod, PodManifest } from '../src/model/pod.ts';
import { readManifests } from '../src/model/read-manifests.ts';

/** What the container's log shows once its trap stands: a TERM that comes earlier would be lost on a first process. */
export const READY_LINE = 'ready';

const PROGRAMS = {
  /** Ends on TERM at once. */
  serving: `trap 'exit 0' TERM; echo ${READY_LINE}; while :; do sleep 3600 & wait $!; done`,
  /** Ends by itself. */
  ending: 'sleep 0.5; exit 3',
} as const;

export interface PodWish {
  readonly program: keyof typeof PROGRAMS;
  readonly restartPolicy: 'Always' | 'Never';
  /** The hooks as they stand in a manifest. */
  readonly lifecycle?: string;
}

const SERVING: PodWish = { program: 'serving', restartPolicy: 'Always', lifecycle: '{postStart: {exec: {command: ["true"]}}}' };
const ENDING: PodWish = { program: 'ending', restartPolicy: 'Never' };
const LONG = '{exec: {command: [sleep, "600"]}}';

/** A Pod that serves until it is told to stop, with a postStart hook that runs `true`. */
export const servingPod = (name: string): Pod => podOf(name, SERVING);

/** A Pod whose container ends by itself after half a second. */
export const endingPod = (name: string): Pod => podOf(name, ENDING);

/** A Pod whose preStop hook takes longer than its grace. */
export const slowlyStoppingPod = (name: string): Pod => podOf(name, { ...SERVING, lifecycle: `{preStop: ${LONG}}` });

/** A Pod whose postStart hook hangs. */
export const hangingPod = (name: string): Pod => podOf(name, { ...SERVING, lifecycle: `{postStart: ${LONG}}` });

/** `count` serving Pods as a file for `hooklet run`. */
export const servingPodsYaml = (count: number): string =>
  Array.from({ length: count }, (_, index) => podYaml(`bench-${index}`, SERVING)).join('---\n');

function podOf(name: string, wish: PodWish): Pod {
  return acceptManifest(manifestOf(name, wish), Date.now());
}

function manifestOf(name: string, wish: PodWish): PodManifest {
  const { pods, errors } = readManifests([{ name, text: podYaml(name, wish) }], { purpose: 'run' });
  const [read] = pods;
  if (read === undefined) throw new Error(`The benchmark's own Pod is wrong: ${errors.map(({ message }) => message).join(', ')}`);
  return read.pod;
}

function podYaml(name: string, { program, restartPolicy, lifecycle }: PodWish): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  restartPolicy: ${restartPolicy}
  terminationGracePeriodSeconds: 30
  containers:
    - name: main
      image: localhost/hooklet/base:1
      command: [sh, -c, ${JSON.stringify(PROGRAMS[program])}]
${lifecycle === undefined ? '' : `      lifecycle: ${lifecycle}\n`}`;
}
