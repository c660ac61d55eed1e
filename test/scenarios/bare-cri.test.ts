/** A runtime that offers CRI and nothing more: what is the same, and what it costs. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import type { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import { checkHistory } from './check-history.ts';
import { leftBehind } from './check-world.ts';
import { play } from './play.ts';
import { container, describeRecord, exec, pod, Scenario } from './scenario.ts';
import { STORIES } from './stories.ts';

const onlyCri = ({ cri }: ScriptedRuntime): Runtime => ({ cri, close: () => {} });

const both = pod('demo', [container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } })]);
const script: Script = {
  exec: ([name]) => ({ takesMs: name === 'start' ? 3000 : 2000 }),
  program: () => ({ onSignal: { SIGTERM: { afterMs: 100, exitCode: 0 } } }),
};

async function lived(scenario: Scenario): Promise<readonly string[]> {
  await scenario.start(both);
  await scenario.clock.advance(10_000);
  await scenario.delete();
  await scenario.clock.advance(20_000);
  return scenario.journal.records.map(describeRecord);
}

describe('bare CRI', () => {
  it('gives the same records in the same order', async () => {
    deepEqual(await lived(new Scenario(script, onlyCri)), await lived(new Scenario(script)));
  });

  it('sees the end of a container by relisting, within a second', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 2500 }) }, onlyCri);
    await scenario.start(pod('demo', [container('main')], { restartPolicy: 'Never' }));
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops(), ['3.0 main container.exited 0 self', '3.0 pod.ended Succeeded']);
  });

  it('stops by one call of the runtime with what is left of the grace', async () => {
    const scenario = new Scenario({ ...script, program: () => ({ onSignal: { SIGTERM: 'ignored' } }) }, onlyCri);
    await scenario.start(both);
    await scenario.clock.advance(5000);
    await scenario.delete(10);
    await scenario.clock.advance(20_000);
    equal(
      scenario.runtime.world.calls.find((call) => call.startsWith('stopContainer')),
      'stopContainer main 8',
    );
    equal(scenario.types().at(-1), 'pod.removed');
    deepEqual(checkHistory(scenario.journal.records), []);
  });

  it('lets a second, shorter delete take effect at once after the stop has begun', async () => {
    const scenario = new Scenario({ program: () => ({ onSignal: { SIGTERM: 'ignored' } }) }, onlyCri);
    await scenario.start(pod('demo', [container('main')]));
    await scenario.clock.advance(5000);
    await scenario.delete(100);
    await scenario.clock.advance(10_000);
    await scenario.delete(1);
    await scenario.clock.advance(1000);
    deepEqual(
      scenario.runtime.world.calls.filter((call) => call.startsWith('stopContainer')),
      ['stopContainer main 100', 'stopContainer main 0'],
    );
    deepEqual(scenario.stops().slice(0, 2), ['5.0 main signal.sent SIGTERM', '15.0 main signal.sent SIGKILL']);
  });

  it('loses no hook when the agent is killed, though one that was running runs again', async () => {
    for (const story of STORIES) {
      const { calls } = (await play(story, { offers: onlyCri })).journal;
      for (let call = 1; call <= calls; call += 1) {
        const scenario = await play(story, { offers: onlyCri, crash: { call, moment: 'after', downMs: 700 } });
        const wrongs = [...checkHistory(scenario.journal.records), ...leftBehind(scenario)];
        deepEqual({ story: story.name, call, wrongs }, { story: story.name, call, wrongs: [] });
      }
    }
  });
});
