/**
 * What `compose.ts` hands to the ways in (cli, bench, tests): parts wired together, as ports. Nothing here names an
 * adapter.
 */
import type { Clock } from './clock.ts';
import type { ContainerLogs } from './container-logs.ts';
import type { HookOutputStore } from './hook-output.ts';
import type { HostPaths } from './host-paths.ts';
import type { HostReset } from './host-reset.ts';
import type { HookHosts, HttpClient } from './http-client.ts';
import type { Journal } from './journal.ts';
import type { Logger } from './logger.ts';
import type { ProbeClient } from './probe-client.ts';
import type { Runtime } from './runtime.ts';

export interface NodeOptions {
  readonly stateDir: string;
  /** `unix:///…` of a runtime that is there; without it hooklet runs a containerd of its own. */
  readonly runtimeEndpoint?: string;
  /** CIDR of the Pods; without it a free one is chosen. */
  readonly subnet?: string;
  /** Where HTTP hooks may go. */
  readonly hookHosts?: HookHosts;
  /** Long work says what it is doing: "starting containerd". */
  readonly onProgress?: (what: string) => void;
  readonly logger?: Logger;
}

/** Shared by everything that runs Pods. Holds the lock of the state directory until `close`. */
export interface OpenNode {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly hookOutput: HookOutputStore;
  readonly http: HttpClient;
  readonly probeClient: ProbeClient;
  readonly logs: ContainerLogs;
  readonly paths: HostPaths;
  /** `stopRuntime`: a clean end, nothing of ours stays running; otherwise containerd and its containers live on. */
  close(options: { readonly stopRuntime: boolean }): Promise<void>;
}

/** The journal and the output of hooks, read beside a running daemon; needs no lock and changes nothing. */
export interface OpenHistory {
  readonly journal: Pick<Journal, 'read' | 'openPods'>;
  readonly hookOutput: Pick<HookOutputStore, 'read'>;
  close(): void;
}

/** A runtime for image commands: the one that runs, or one that is ended again by `close`. */
export interface OpenImages {
  readonly runtime: Runtime;
  /** Makes the images that Pods need without a registry, if they are missing; resolves with their names. */
  makeBase(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The end of a state directory; its lock is held until `close`. */
export interface OpenReset extends HostReset {
  close(): Promise<void>;
}
