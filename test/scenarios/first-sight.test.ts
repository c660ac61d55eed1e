import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs } from '../../src/core/instant.ts';
import type { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

describe('a delete that comes while the runtime is slow', () => {
  it('has its grace counted from when it came, not from when the worker had time for it', async () => {
    const scenario: Scenario = new Scenario({ exec: () => ({ takesMs: 60_000 }) }, (runtime) => ({
      ...parts(runtime),
      cri: slowToCreate(runtime, () => scenario),
    }));
    const hooks = { lifecycle: { preStop: exec('drain') } };
    await scenario.start(pod('demo', [container('a', hooks), container('slow')], { terminationGracePeriodSeconds: 10 }));
    await scenario.clock.advance(1_000);
    await scenario.delete();
    await scenario.clock.advance(30_000);
    deepEqual(
      scenario.timeline().filter((line) => / a (hook\.finished|signal)|pod\.deleting/.test(line)),
      ['7.0 pod.deleting 10', '11.0 a hook.finished preStop timedOut', '11.0 a signal.sent SIGTERM'],
    );
  });
});

const parts = ({ nativeExec, signals, events, close }: ScriptedRuntime) => ({ nativeExec, signals, events, close });

/** Container `slow` takes 7 s to be created. */
function slowToCreate(runtime: ScriptedRuntime, scenario: () => Scenario): ScriptedRuntime['cri'] {
  return new Proxy(runtime.cri, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'createContainer') return member.bind(target);
      return async (...args: Parameters<typeof target.createContainer>) => {
        const { clock } = scenario();
        if (args[2].name === 'slow') await clock.waitUntil(addMs(clock.now(), 7_000), new AbortController().signal);
        return target.createContainer(...args);
      };
    },
  });
}
