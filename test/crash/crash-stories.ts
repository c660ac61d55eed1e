/** Pods of short lives whose hooks tell on the host that they ran, and in which instance of their container. */
import type { Container, LifecycleHandler, PodSpec } from '../../src/model/pod.ts';

export interface CrashStory {
  readonly name: string;
  /** How many containers must have been ready before the Pod is to go. */
  readonly endAfterReady: number;
  /** How long it lives on then. */
  readonly lingerMs?: number;
  readonly spec: (places: StoryPlaces) => PodSpec;
}

export interface StoryPlaces {
  readonly pod: string;
  /** Of the host; `/hooks` in the containers. */
  readonly hooksDir: string;
  /** Where HTTP hooks go to. */
  readonly port: number;
}

type Told = 'postStart' | 'preStop';

const ENDS_ON_TERM = "trap 'exit 0' TERM; while true; do sleep 1 & wait $!; done";
const IGNORES_TERM = "trap '' TERM; while true; do sleep 1; done";

/** The instance is told by the moment at which its first process began (proc(5), field 22). */
function told(pod: string, name: string, between: string): LifecycleHandler {
  const tell = (what: string): string => `echo "${what} ${name} $(cut -d' ' -f22 /proc/1/stat)" >> /hooks/${pod}`;
  return { exec: { command: ['sh', '-c', `${tell('begin')}; echo ${name} says\n${between}\n${tell('end')}`] } };
}

const hooked = (pod: string, container: string, between: Readonly<Record<Told, string>>): Container['lifecycle'] => ({
  postStart: told(pod, `${container} postStart`, between.postStart),
  preStop: told(pod, `${container} preStop`, between.preStop),
});

const container = (name: string, lifecycle: Container['lifecycle'], script = ENDS_ON_TERM): Container =>
  ({
    name,
    image: 'localhost/hooklet/base:1',
    command: ['sh', '-c', script],
    volumeMounts: [{ name: 'hooks', mountPath: '/hooks' }],
    lifecycle,
  }) as unknown as Container;

const podSpec = (hooksDir: string, containers: readonly Container[], grace = 20): PodSpec =>
  ({
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: grace,
    volumes: [{ name: 'hooks', hostPath: { path: hooksDir } }],
    containers,
  }) as unknown as PodSpec;

const SHORT = { postStart: 'sleep 0.3', preStop: 'sleep 0.2' };

export const BOTH_HOOKS: CrashStory = {
  name: 'both hooks',
  endAfterReady: 1,
  spec: ({ pod, hooksDir }) => podSpec(hooksDir, [container('main', hooked(pod, 'main', SHORT))]),
};

/** The first instance fails in its postStart, the second one is ready. */
export const FAILING_POST_START: CrashStory = {
  name: 'failing postStart',
  endAfterReady: 1,
  spec: ({ pod, hooksDir }) => podSpec(hooksDir, [container('main', hooked(pod, 'main', { postStart: failsOnce(pod), preStop: 'true' }))]),
};

const failsOnce = (pod: string): string => `[ -e /hooks/${pod}.failed ] || { touch /hooks/${pod}.failed; exit 3; }`;

/** The same, and it lives on until its first instance is removed: every kind of call. */
export const RESTARTED: CrashStory = {
  name: 'a restarted container',
  endAfterReady: 1,
  lingerMs: 2500,
  spec: ({ pod, hooksDir }) =>
    podSpec(hooksDir, [container('main', hooked(pod, 'main', { postStart: `${failsOnce(pod)}; sleep 0.4`, preStop: 'sleep 0.4' }))]),
};

export const SLOW_PRE_STOP: CrashStory = {
  name: 'slow preStop, and a container that ignores its stop signal',
  endAfterReady: 1,
  spec: ({ pod, hooksDir }) =>
    podSpec(hooksDir, [container('main', hooked(pod, 'main', { postStart: 'true', preStop: 'sleep 60' }), IGNORES_TERM)], 1),
};

export const TWO_CONTAINERS: CrashStory = {
  name: 'two containers',
  endAfterReady: 2,
  spec: ({ pod, hooksDir }) =>
    podSpec(hooksDir, [
      container('a', hooked(pod, 'a', { postStart: 'sleep 0.3', preStop: 'true' })),
      container('b', hooked(pod, 'b', { postStart: 'true', preStop: 'sleep 0.3' })),
    ]),
};

/** The first container is ready while the second one is in its hook. */
export const LONG_POST_START: CrashStory = {
  name: 'long postStart',
  endAfterReady: 2,
  spec: ({ pod, hooksDir }) =>
    podSpec(hooksDir, [
      container('a', hooked(pod, 'a', { postStart: 'true', preStop: 'true' })),
      container('b', hooked(pod, 'b', { postStart: 'sleep 4', preStop: 'true' })),
    ]),
};

export const SLEEP_HOOKS: CrashStory = {
  name: 'sleep hooks',
  endAfterReady: 1,
  spec: ({ hooksDir }) =>
    podSpec(hooksDir, [container('main', { postStart: { sleep: { seconds: 1 } }, preStop: { sleep: { seconds: 1 } } })]),
};

/** It ends by itself, and leaves a file on the host as it does. */
export const ENDS_BY_ITSELF: CrashStory = {
  name: 'a container that ends by itself',
  endAfterReady: 99,
  spec: ({ pod, hooksDir }) => ({
    ...podSpec(hooksDir, [container('main', {}, `sleep 1.3; touch /hooks/${pod}.ended`)]),
    restartPolicy: 'Never',
  }),
};

/** One hook leaves a child that goes on for two seconds, the other one writes 20 MiB. */
export const DEMANDING_HOOKS: CrashStory = {
  name: 'a child left behind, and much output',
  endAfterReady: 1,
  spec: ({ pod, hooksDir }) =>
    podSpec(hooksDir, [container('main', hooked(pod, 'main', { postStart: 'sleep 2 &', preStop: 'head -c 20971520 /dev/zero' }))]),
};

export const HTTP_HOOKS: CrashStory = {
  name: 'HTTP hooks',
  endAfterReady: 1,
  spec: ({ pod, hooksDir, port }) => {
    const get = (hook: Told): LifecycleHandler => ({ httpGet: { scheme: 'HTTP', host: '127.0.0.1', port, path: `/${pod}/main/${hook}` } });
    return podSpec(hooksDir, [container('main', { postStart: get('postStart'), preStop: get('preStop') })]);
  },
};
