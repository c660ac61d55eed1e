/** The stories of Pods with init containers, sidecars, probes, rules and deadlines in which the agent is killed at every moment. */
import type { ExecProgram, Program, Script } from '../../src/fakes/scripted-programs.ts';
import type { Container, Probe } from '../../src/model/pod.ts';
import type { Story } from './play.ts';
import { container, exec, httpGet, pod } from './scenario.ts';

const IGNORES_TERM: Program = { onSignal: { SIGTERM: 'ignored' } };
const SLOW_TO_GO: Program = { onSignal: { SIGTERM: { afterMs: 700, exitCode: 0 } } };
const ends = (endsAfterMs: number, exitCode = 0): Program => ({ endsAfterMs, exitCode });

/** The command of a hook is how long it takes, in milliseconds. */
const execProgram = ([ms]: readonly string[]): ExecProgram => ({ takesMs: Number(ms) });

/** Programs by container: a list gives one an instance, the last one for all that follow; else one that is slow to go. */
function script(programs: Readonly<Record<string, readonly Program[]>>): Script {
  return {
    exec: execProgram,
    program: (name, restarts) => {
      const own = programs[name] ?? [SLOW_TO_GO];
      return own[restarts] ?? own.at(-1) ?? SLOW_TO_GO;
    },
  };
}

const hooks = (postStart: string, preStop: string): Partial<Container> => ({
  lifecycle: { postStart: exec(postStart), preStop: exec(preStop) },
});
const sidecar = (name: string, more: Partial<Container> = {}): Container => container(name, { restartPolicy: 'Always', ...more });

/** Nothing is there but at the healthy address. */
const HEALTHY = '192.0.2.10';
const receivers = { [`${HEALTHY}:80`]: { reply: () => ({ response: 'HTTP/1.1 200 OK\r\n\r\n', afterMs: 100 }) } };
const probe = (host: string, more: Partial<Probe> = {}): Probe => ({
  ...httpGet('/', { host }),
  initialDelaySeconds: 1,
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
  ...more,
});

export const POD_STORIES: readonly Story[] = [
  {
    name: 'init containers and sidecars, with hooks and probes',
    receivers,
    script: script({ setup: [ends(1000)], late: [ends(700)] }),
    pods: [
      pod('full', [container('main', { ...hooks('500', '1000'), readinessProbe: probe(HEALTHY) })], {
        initContainers: [
          container('setup'),
          sidecar('proxy', { ...hooks('700', '400'), startupProbe: probe(HEALTHY) }),
          container('late'),
          sidecar('logs', hooks('300', '300')),
        ],
      }),
    ],
    deletes: [{ atMs: 9000 }],
  },
  {
    name: 'an init container that fails, deleted while it runs again',
    script: script({ setup: [ends(1000, 1), ends(1000, 1), IGNORES_TERM] }),
    pods: [
      pod('failing', [container('main', hooks('500', '500'))], {
        terminationGracePeriodSeconds: 3,
        initContainers: [sidecar('proxy', hooks('500', '500')), container('setup')],
      }),
    ],
    deletes: [{ atMs: 15_000 }],
  },
  {
    name: 'an init container that fails for good',
    script: script({ setup: [ends(1000, 1)] }),
    pods: [
      pod('hopeless', [container('main')], {
        restartPolicy: 'Never',
        initContainers: [sidecar('proxy', hooks('500', '500')), container('setup')],
      }),
    ],
    deletes: [{ atMs: 6000 }],
  },
  {
    name: 'a sidecar that ends again and again, and two that ignore their stop signal',
    script: script({ proxy: [ends(1500, 1)], main: [IGNORES_TERM], logs: [IGNORES_TERM] }),
    pods: [
      pod('stubborn', [container('main')], {
        terminationGracePeriodSeconds: 3,
        initContainers: [sidecar('proxy', hooks('300', '300')), sidecar('logs', hooks('300', '300'))],
      }),
    ],
    deletes: [{ atMs: 7000 }],
  },
  {
    name: 'a liveness probe that fails, with a grace of its own',
    receivers,
    script: script({ main: [IGNORES_TERM, SLOW_TO_GO] }),
    pods: [
      pod('unwell', [
        container('main', { ...hooks('500', '1000'), livenessProbe: probe('192.0.2.99', { terminationGracePeriodSeconds: 4 }) }),
        container('well', { livenessProbe: probe(HEALTHY) }),
      ]),
    ],
    deletes: [{ atMs: 12_000 }],
  },
  {
    name: 'a sidecar whose startup probe fails',
    script: script({}),
    pods: [
      pod('unborn', [container('main', hooks('500', '500'))], {
        initContainers: [sidecar('proxy', { ...hooks('500', '1000'), startupProbe: probe('192.0.2.99', { failureThreshold: 2 }) })],
      }),
    ],
    deletes: [{ atMs: 8000 }],
  },
  {
    name: 'an active deadline',
    script: script({ setup: [ends(500)], main: [IGNORES_TERM] }),
    pods: [
      pod('late', [container('main', hooks('500', '1000'))], {
        activeDeadlineSeconds: 5,
        terminationGracePeriodSeconds: 3,
        initContainers: [container('setup'), sidecar('proxy', hooks('500', '500'))],
      }),
    ],
    deletes: [{ atMs: 14_000 }],
  },
  {
    name: 'an active deadline that passes during the init containers, then a delete',
    script: script({ setup: [IGNORES_TERM] }),
    pods: [
      pod('stuck', [container('main', hooks('500', '1000'))], {
        activeDeadlineSeconds: 4,
        terminationGracePeriodSeconds: 20,
        initContainers: [sidecar('proxy', hooks('500', '500')), container('setup')],
      }),
    ],
    deletes: [{ atMs: 6000, graceSeconds: 3 }],
  },
  {
    name: 'a rule that restarts all containers',
    script: script({ setup: [ends(500)], worker: [ends(2500, 42), SLOW_TO_GO], main: [IGNORES_TERM, SLOW_TO_GO] }),
    pods: [
      pod(
        'again',
        [
          container('main', hooks('500', '500')),
          container('worker', {
            restartPolicy: 'Never',
            restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
          }),
        ],
        { restartPolicy: 'Never', initContainers: [container('setup'), sidecar('proxy', hooks('500', '500'))] },
      ),
    ],
    deletes: [{ atMs: 12_000 }],
  },
  {
    name: 'a natural end with sidecars',
    script: script({ main: [ends(3000)] }),
    pods: [
      pod('done', [container('main', hooks('500', '500'))], {
        restartPolicy: 'Never',
        initContainers: [sidecar('proxy', hooks('300', '500')), sidecar('logs', hooks('300', '500'))],
      }),
    ],
    deletes: [{ atMs: 9000 }],
  },
  {
    name: 'another image',
    newImageAtMs: 4000,
    script: script({}),
    pods: [pod('changed', [container('main', hooks('500', '1000'))], { initContainers: [sidecar('proxy', hooks('500', '500'))] })],
    deletes: [{ atMs: 9000 }],
  },
  {
    name: 'a sandbox that is lost',
    losesSandboxAtMs: 4000,
    script: script({ setup: [ends(500)] }),
    pods: [
      pod('moved', [container('main', hooks('500', '1000'))], {
        initContainers: [container('setup'), sidecar('proxy', hooks('500', '500'))],
      }),
    ],
    deletes: [{ atMs: 15_000 }],
  },
];
