import type { Clock } from '../ports/clock.ts';
import type { HookOutputStore } from '../ports/hook-output.ts';
import type { HttpHookClient } from '../ports/http-hook-client.ts';
import type { Journal } from '../ports/journal.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import type { Logger } from '../ports/logger.ts';
import type { PodSource } from '../ports/pod-source.ts';
import type { PodVolumes } from '../ports/pod-volumes.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { HostFacts } from './host-facts.ts';

/** What a kubelet is made of; `compose.ts` brings the real parts, scenarios bring fakes. */
export interface KubeletParts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly hookOutput: HookOutputStore;
  readonly http: HttpHookClient;
  readonly volumes: PodVolumes;
  readonly host: HostFacts;
  /** Absent for a runtime that is not hooklet's own. */
  readonly sweep?: Pick<LeftoverSweep, 'sweep'>;
  readonly logger: Logger;
}

/** What a worker needs beside the shared parts. */
export interface WorkerParts extends KubeletParts {
  readonly source: PodSource;
}
