/** The stories in which the agent is killed at every moment. */
import type { ExecProgram, Program } from '../../src/fakes/scripted-programs.ts';
import type { Story } from './play.ts';
import { container, exec, httpGet, pod, sleep } from './scenario.ts';

const IGNORES_TERM: Program = { onSignal: { SIGTERM: 'ignored' } };
const SLOW_TO_GO: Program = { onSignal: { SIGTERM: { afterMs: 700, exitCode: 0 } } };

/** Commands of hooks say what they do: "3000", "3000 fails", "hangs". */
function execProgram([ms = '', verdict]: readonly string[]): ExecProgram {
  if (ms === 'hangs') return {};
  return { takesMs: Number(ms), ...(verdict === 'fails' ? { exitCode: 3 } : {}), ...(verdict === 'ends' ? { endsContainerWith: 0 } : {}) };
}

const hooks = (postStart: readonly string[], preStop: readonly string[]) => ({
  lifecycle: { postStart: exec(...postStart), preStop: exec(...preStop) },
});

export const STORIES: readonly Story[] = [
  {
    name: 'both hooks',
    script: { program: () => SLOW_TO_GO, exec: execProgram },
    pods: [pod('demo', [container('main', hooks(['3000'], ['2000']))])],
    deletes: [{ atMs: 10_000 }],
  },
  {
    name: 'preStop overruns, and the container ignores its stop signal',
    script: { program: () => IGNORES_TERM, exec: execProgram },
    pods: [pod('slow', [container('main', hooks(['1000'], ['hangs']))], { terminationGracePeriodSeconds: 5 })],
    deletes: [{ atMs: 4000 }],
  },
  {
    name: 'a second delete shortens the grace',
    script: { program: () => IGNORES_TERM, exec: execProgram },
    pods: [pod('hurried', [container('main', hooks(['1000'], ['20000']))])],
    deletes: [{ atMs: 4000 }, { atMs: 6000, graceSeconds: 4 }],
  },
  {
    name: 'postStart fails, again and again',
    script: { program: () => SLOW_TO_GO, exec: execProgram },
    pods: [pod('failing', [container('main', hooks(['500', 'fails'], ['500']))], { terminationGracePeriodSeconds: 3 })],
    deletes: [{ atMs: 12_000 }],
  },
  {
    name: 'postStart hangs',
    script: { program: () => SLOW_TO_GO, exec: execProgram },
    pods: [pod('hanging', [container('main', hooks(['hangs'], ['500']))])],
    deletes: [{ atMs: 5000 }],
  },
  {
    name: 'two containers',
    script: { program: () => SLOW_TO_GO, exec: execProgram },
    pods: [pod('two', [container('a', hooks(['2000'], ['1500'])), container('b', hooks(['500'], ['500', 'ends']))])],
    deletes: [{ atMs: 8000 }],
  },
  {
    name: 'a container that ends by itself and starts again',
    script: { program: (_name, restarts) => (restarts < 2 ? { endsAfterMs: 2000, exitCode: 1 } : SLOW_TO_GO), exec: execProgram },
    pods: [pod('crashing', [container('main', hooks(['500'], ['500']))], { restartPolicy: 'OnFailure' })],
    deletes: [{ atMs: 6500 }],
  },
  {
    name: 'sleep hooks',
    script: { program: () => SLOW_TO_GO },
    pods: [pod('sleepy', [container('main', { lifecycle: { postStart: sleep(2), preStop: sleep(3) } })])],
    deletes: [{ atMs: 5000 }],
  },
  {
    name: 'http hooks',
    script: { program: () => SLOW_TO_GO },
    receivers: {
      '10.88.0.2:80': { reply: (head) => ({ response: 'HTTP/1.1 200 OK\r\n\r\n', afterMs: head.includes('/stop') ? 1000 : 2000 }) },
    },
    pods: [pod('web', [container('main', { lifecycle: { postStart: httpGet('/start'), preStop: httpGet('/stop') } })])],
    deletes: [{ atMs: 5000 }],
  },
  {
    name: 'an image that must be pulled',
    script: { images: [], exec: execProgram, pull: (_image, nth) => (nth === 1 ? { takesMs: 300, error: 'no route' } : { takesMs: 1500 }) },
    pods: [pod('pulled', [container('main', hooks(['500'], ['500']))])],
    deletes: [{ atMs: 16_000 }],
  },
];
