import type { ProbeKind } from '../core/probe/probe-standing.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { ExecProcesses } from '../ports/exec-processes.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { ProbeClient } from '../ports/probe-client.ts';
import type { ExecTurns } from './exec-turns.ts';

/** What probes are run with. */
export interface ProbeParts {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly client: ProbeClient;
  readonly cri: Pick<ContainerRuntime, 'execSync'>;
  /** Absent where the runtime has no execs of its own. */
  readonly nativeExec?: Pick<ExecProcesses, 'run'>;
  /** One for all Pods of the agent. */
  readonly execTurns: ExecTurns;
  /** An id that no other exec of this container has had. */
  nextExecId(kind: ProbeKind): string;
}
