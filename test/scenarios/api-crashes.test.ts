import { deepEqual, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CrashMoment } from '../../src/fakes/memory-journal.ts';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import { ApiScenario } from './api-scenario.ts';
import { checkHistory } from './check-history.ts';

const SCRIPT: Script = {
  program: (_name, restarts) =>
    restarts === 0 ? { endsAfterMs: 4000, exitCode: 1 } : { onSignal: { SIGTERM: { afterMs: 500, exitCode: 0 } } },
  exec: ([name]) => ({ takesMs: name === 'hello' ? 1000 : 3000 }),
};
const SPEC = {
  terminationGracePeriodSeconds: 20,
  containers: [
    {
      name: 'main',
      image: 'localhost/hooklet/base:1',
      lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['drain'] } } },
    },
  ],
};

interface Death {
  readonly call: number;
  readonly moment: CrashMoment;
  readonly downMs: number;
}

/** Started, crashed once and restarted, deleted, gone; the agent may die on the way. */
async function live(t: TestContext, death?: Death): Promise<ApiScenario> {
  const scenario = await ApiScenario.open(t, SCRIPT);
  if (death !== undefined) scenario.journal.crashAt(death.call, death.moment);
  await scenario.start();
  await scenario.create('web', SPEC);
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      await scenario.clock.advance(500);
      if (scenario.isUp) continue;
      await scenario.clock.advance(death?.downMs ?? 0);
      await scenario.start();
    }
  };
  await pass(25_000);
  await scenario.delete('web');
  await pass(40_000);
  return scenario;
}

async function wrongsOf(scenario: ApiScenario): Promise<readonly string[]> {
  const wrongs = [...checkHistory(scenario.journal.records)];
  if (scenario.journal.openPods().length > 0) wrongs.push('the Pod was not removed');
  if ((await scenario.stage.pod('web')) !== undefined) wrongs.push('the object is still there');
  const [told, shown] = [scenario.eventsOfJournal(), await scenario.eventsOfApi()];
  for (const [event, count] of told)
    if (shown.get(event) !== count) wrongs.push(`"${event}" is shown ${shown.get(event)} times, not ${count}`);
  for (const event of shown.keys()) if (!told.has(event)) wrongs.push(`"${event}" was never told`);
  const last = (await scenario.sequence()).at(-1);
  if (last !== 'DELETED web Succeeded main=terminated Ready=False grace=0') wrongs.push(`the last word was: ${last}`);
  return wrongs;
}

const DEATHS = [
  { moment: 'after', downMs: 0 },
  { moment: 'before', downMs: 1500 },
] as const;

describe('kill -9 of an agent that has its Pods from the API', () => {
  it('at any write to the journal leaves the API with the truth: each event once, the last status, and then nothing', async (t) => {
    const whole = await live(t);
    deepEqual(await wrongsOf(whole), []);
    const { calls } = whole.journal;
    ok(calls > 15, `only ${calls} appends`);
    for (let call = 1; call <= calls; call += 1) {
      for (const death of DEATHS) {
        const scenario = await live(t, { call, ...death });
        deepEqual({ call, ...death, wrongs: await wrongsOf(scenario) }, { call, ...death, wrongs: [] });
      }
    }
  });
});
