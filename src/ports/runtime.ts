import type { ContainerRuntime } from './container-runtime.ts';
import type { ContainerSignals } from './container-signals.ts';
import type { ExecProcesses } from './exec-processes.ts';
import type { ImageImport } from './image-import.ts';
import type { RuntimeEvents } from './runtime-events.ts';
import type { RuntimeLeases } from './runtime-leases.ts';

/** A runtime and what it offers beyond CRI: a capability that is absent is not offered. Never ask for it by name. */
export interface Runtime {
  readonly cri: ContainerRuntime;
  readonly nativeExec?: ExecProcesses;
  readonly signals?: ContainerSignals;
  readonly events?: RuntimeEvents;
  readonly imageImport?: ImageImport;
  readonly leases?: RuntimeLeases;
  close(): void;
}
