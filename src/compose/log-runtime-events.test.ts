import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import type { RuntimeSupervisorEvent } from '../ports/runtime-supervisor.ts';
import { logRuntimeEvents } from './log-runtime-events.ts';

it('logRuntimeEvents() warns of each end and each failed restart, with the last words and where there are more', () => {
  let tell: (event: RuntimeSupervisorEvent) => void = () => {};
  const supervisor = {
    onEvent: (listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
  };
  const lines: unknown[] = [];
  const line = (level: string) => (message: string, fields?: object) => lines.push([level, message, fields]);
  logRuntimeEvents(supervisor, { info: line('info'), warn: line('warn') }, '/state/containerd.log');
  tell({ kind: 'exited' });
  tell({ kind: 'restartFailed', message: 'containerd ended as it started: no space left on device', retryMs: 100 });
  tell({ kind: 'restarted', downMs: 412.7 });
  deepEqual(lines, [
    ['warn', 'containerd has ended and is started again; containers go on', { log: '/state/containerd.log' }],
    [
      'warn',
      'containerd cannot be started again; no Pod is looked after until it can',
      { error: 'containerd ended as it started: no space left on device', log: '/state/containerd.log', retryMs: 100 },
    ],
    ['info', 'containerd is back', { downMs: 413 }],
  ]);
});
