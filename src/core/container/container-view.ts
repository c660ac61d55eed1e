import type { Container, Pod } from '../../model/pod.ts';
import type { Instant } from '../instant.ts';
import type { HookName } from '../journal-record.ts';
import type { ContainerHistory, ContainerRun, PodHistory } from '../pod/pod-history.ts';
import type { ContainerState, ExecState } from '../runtime-state.ts';

/** Everything a decision about one container may depend on. */
export interface ContainerView {
  readonly pod: Pod;
  readonly spec: Container;
  readonly history: PodHistory;
  readonly now: Instant;
  /** The sandbox in which containers may be made; absent while there is none. */
  readonly sandboxId?: string;
  /** The instance of `history` as the runtime shows it. */
  readonly observed?: ContainerState;
  /** Hooks of this container that run in this agent now. */
  readonly inFlight: readonly HookName[];
  /** What the runtime says of the exec of a started delivery that is not in flight here. */
  readonly execs: Partial<Readonly<Record<HookName, ExecState>>>;
  /** This agent is getting the image now. */
  readonly gettingImage: boolean;
  /** All containers before this one are past their postStart: starts are serial (`lifecycle.md` 7.2). */
  readonly mayStartFirst: boolean;
}

export const containerHistory = (view: ContainerView): ContainerHistory => view.history.containers[view.spec.name] ?? {};

/** A view of a container that has an instance. */
export interface RunView {
  readonly view: ContainerView;
  readonly run: ContainerRun;
}
