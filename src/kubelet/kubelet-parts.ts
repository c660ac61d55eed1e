import type { Clock } from '../ports/clock.ts';
import type { HookOutputStore } from '../ports/hook-output.ts';
import type { HostDns } from '../ports/host-dns.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { Journal } from '../ports/journal.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import type { Logger } from '../ports/logger.ts';
import type { PodCgroups } from '../ports/pod-cgroups.ts';
import type { PodObjects } from '../ports/pod-objects.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import type { PodSource } from '../ports/pod-source.ts';
import type { PodVolumes } from '../ports/pod-volumes.ts';
import type { ProbeClient } from '../ports/probe-client.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { HostFacts } from './host-facts.ts';

/** What a kubelet is made of; `compose.ts` brings the real parts, scenarios bring fakes. */
export interface KubeletParts {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly hookOutput: HookOutputStore;
  readonly http: HttpClient;
  readonly probeClient: ProbeClient;
  readonly volumes: PodVolumes;
  readonly objects: PodObjects;
  readonly podCgroups: PodCgroups;
  readonly hostDns: HostDns;
  readonly host: HostFacts;
  /** Absent for a runtime that is not hooklet's own. */
  readonly sweep?: Pick<LeftoverSweep, 'sweep'>;
  /** Absent where nobody wants to know. */
  readonly reports?: PodReports;
  readonly logger: Logger;
}

/** What a worker needs beside the shared parts. */
export interface WorkerParts extends KubeletParts {
  readonly source: PodSource;
}
