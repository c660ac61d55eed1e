import { ManualClock } from './manual-clock.ts';
import { ScriptedRuntime } from './scripted-runtime.ts';
import { type ContractProgram, contractContainers, contractExecs } from '../ports/contract-programs.ts';
import { containerRuntimeContract } from '../ports/container-runtime.contract.ts';
import { containerSignalsContract } from '../ports/container-signals.contract.ts';
import { execProcessesContract } from '../ports/exec-processes.contract.ts';
import type { RuntimeSubject } from '../ports/runtime-subject.ts';
import type { Script } from './scripted-programs.ts';

const script: Script = {
  images: ['image'],
  program: (container) => {
    const { takesMs, exitCode, startError, onTerm }: ContractProgram['scripted'] = contractContainers[container as keyof typeof contractContainers].scripted;
    return {
      ...(takesMs === undefined ? {} : { endsAfterMs: takesMs }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(startError === undefined ? {} : { startError }),
      ...(onTerm === undefined ? {} : { onSignal: { SIGTERM: onTerm } }),
    };
  },
  exec: (argv) => Object.values(contractExecs).find((program) => program.argv.join() === argv.join())?.scripted ?? { takesMs: 0 },
};

async function open(): Promise<RuntimeSubject> {
  const clock = new ManualClock();
  const runtime = new ScriptedRuntime(clock, script);
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    promise.then(() => { settled = true; }, () => { settled = true; });
    for (let i = 0; i < 2000 && !settled; i++) { await clock.advance(5); await new Promise((r) => setImmediate(r)); }
    return promise;
  };
  return { runtime, image: 'image', cgroupParent: '/x', logsDir: '/logs', settle };
}
containerRuntimeContract('ScriptedContainers', open);
execProcessesContract('ScriptedExecs', open);
containerSignalsContract('ScriptedRuntime', open);
