import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containerRuntimeContract } from '../ports/container-runtime.contract.ts';
import { containerSignalsContract } from '../ports/container-signals.contract.ts';
import { execProcessesContract } from '../ports/exec-processes.contract.ts';
import { type ContractProgram, contractContainers, contractExecs } from '../ports/runtime-programs.contract.ts';
import { newContainerSpec, newSandboxSpec, type RuntimeSubject } from '../ports/runtime-subject.contract.ts';
import { ManualClock } from './manual-clock.ts';
import type { Program, Script } from './scripted-programs.ts';
import { ScriptedRuntime } from './scripted-runtime.ts';

function programOf({ takesMs, exitCode, startError, onTerm }: ContractProgram['scripted']): Program {
  return {
    ...(takesMs === undefined ? {} : { endsAfterMs: takesMs }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(startError === undefined ? {} : { startError }),
    ...(onTerm === undefined ? {} : { onSignal: { SIGTERM: onTerm } }),
  };
}

const script: Script = {
  images: ['image'],
  pull: () => ({ takesMs: 3_600_000 }),
  program: (container) => programOf(contractContainers[container as keyof typeof contractContainers].scripted),
  exec: (argv) => Object.values(contractExecs).find((program) => program.argv.join() === argv.join())?.scripted ?? { takesMs: 0 },
};

async function open(): Promise<RuntimeSubject> {
  const clock = new ManualClock();
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    promise.then(settled, settled);
    for (let turn = 0; turn < 1000 && !isSettled; turn += 1) {
      await clock.advance(5);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return promise;
  };
  return { runtime: new ScriptedRuntime(clock, script), image: 'image', cgroupParent: '/hooklet', logsDir: '/logs', settle };
}

containerRuntimeContract('ScriptedContainers', open);
execProcessesContract('ScriptedExecs', open);
containerSignalsContract('ScriptedRuntime', open);

describe('ScriptedRuntime', () => {
  it('forNextAgent() gives calls that neither act nor answer once their agent is disowned, while the world goes on', async () => {
    const clock = new ManualClock();
    const runtime = new ScriptedRuntime(clock, script);
    const dead = runtime.forNextAgent();
    const sandbox = newSandboxSpec({ runtime, image: 'image', cgroupParent: '/x', logsDir: '/logs', settle: (promise) => promise });
    const sandboxId = await dead.cri.runPodSandbox(sandbox);
    const spec = newContainerSpec({ runtime, image: 'image', cgroupParent: '/x', logsDir: '/logs', settle: (promise) => promise }, 'ends');
    const id = await dead.cri.createContainer(sandboxId, sandbox, spec);
    await dead.cri.startContainer(id);
    runtime.disown();
    void dead.cri.removeContainer(id).then(() => assert.fail('a dead agent got an answer'));
    await clock.advance(1000);
    const [state] = await runtime.forNextAgent().cri.listContainers();
    assert.deepEqual([state?.phase, state?.exitCode], ['exited', 3]);
  });

  it('fail() loses the reply of the named call only, with or without its work', async () => {
    const runtime = new ScriptedRuntime(new ManualClock(), script);
    const sandbox = newSandboxSpec({ runtime, image: 'image', cgroupParent: '/x', logsDir: '/logs', settle: (promise) => promise });
    runtime.cri.fail({ method: 'runPodSandbox', call: 1, work: 'notDone' });
    runtime.cri.fail({ method: 'runPodSandbox', call: 2, work: 'done' });
    await assert.rejects(runtime.cri.runPodSandbox(sandbox), { code: 'runtimeUnavailable' });
    assert.equal(runtime.world.sandboxes.size, 0);
    await assert.rejects(runtime.cri.runPodSandbox(sandbox), { code: 'runtimeUnavailable' });
    assert.equal(runtime.world.sandboxes.size, 1);
    await assert.rejects(runtime.cri.runPodSandbox(sandbox), { code: 'runtimeNameReserved' });
  });
});
