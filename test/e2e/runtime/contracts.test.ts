import { after, before } from 'node:test';
import { containerRuntimeContract } from '../../../src/ports/container-runtime.contract.ts';
import { containerSignalsContract } from '../../../src/ports/container-signals.contract.ts';
import { execProcessesContract } from '../../../src/ports/exec-processes.contract.ts';
import { PrivateContainerd } from './private-containerd.ts';
import { type Agent, newAgent, subjectOf } from './runtime-harness.ts';

const containerd = new PrivateContainerd();
let agent: Agent;

before(async () => {
  await containerd.start();
  agent = newAgent(containerd);
  await agent.imageImport.importArchive(containerd.archive);
});
after(async () => {
  agent?.close();
  await containerd.remove();
});

const open = async () => subjectOf(containerd, agent);
containerRuntimeContract('CriRuntime', open);
execProcessesContract('ContainerdExec', open);
containerSignalsContract('ContainerdSignals and ContainerdEvents', open);
