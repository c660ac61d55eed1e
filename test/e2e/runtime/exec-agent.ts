/** An agent that makes one exec, follows it and is killed by the test: `node exec-agent.ts <json>`. */
import { newAgent } from './runtime-harness.ts';

export interface ExecToMake {
  readonly socket: string;
  readonly instanceId: string;
  readonly pipesDir: string;
  readonly containerId: string;
  readonly execId: string;
  readonly argv: readonly string[];
}

if (import.meta.main) {
  const { containerId, execId, argv, ...containerd } = JSON.parse(process.argv[2] ?? '') as ExecToMake;
  const { nativeExec } = newAgent(containerd);
  nativeExec.prepare();
  await nativeExec.create(containerId, execId, argv);
  process.stdout.write('created\n');
  await nativeExec.follow(containerId, execId, { start: true, signal: new AbortController().signal });
  process.stdout.write('ended\n');
}
