import type { Container, Pod } from '../../model/pod.ts';
import type { ContainerRole } from '../../model/pod-containers.ts';
import type { Instant } from '../instant.ts';
import type { HookName, StopReason } from '../journal-record.ts';
import type { PodHistory } from '../pod/pod-history.ts';
import type { PodSettings } from '../pod/pod-view.ts';
import type { ProbeKind, ProbeResult } from '../probe/probe-standing.ts';
import type { ContainerState, ExecState } from '../runtime-state.ts';
import type { ContainerHistory, ContainerRun } from './container-history.ts';

/** Everything a decision about one container may depend on. */
export interface ContainerView {
  readonly pod: Pod;
  readonly spec: Container;
  readonly role: ContainerRole;
  readonly history: PodHistory;
  readonly now: Instant;
  /** Why everything of this Pod is to end; absent while it lives. */
  readonly endReason?: StopReason;
  /** The sandbox in which containers may be made; absent while there is none. */
  readonly sandboxId?: string;
  /** The instance of `history` as the runtime shows it. */
  readonly observed?: ContainerState;
  /** Hooks of this container that run in this agent now. */
  readonly inFlight: readonly HookName[];
  /** What the runtime says of the exec of a started delivery that is not in flight here. */
  readonly execs: Partial<Readonly<Record<HookName, ExecState>>>;
  /** What the probes of this instance say; absent: nothing yet. */
  readonly probes: Partial<Readonly<Record<ProbeKind, ProbeResult>>>;
  /** This agent is getting the image now. */
  readonly gettingImage: boolean;
  /** It is this container's turn for its first start in this round (`lifecycle.md` 7.2, 7.4). */
  readonly isItsTurn: boolean;
  /** Nothing that has to end before it still runs, when the whole Pod stops (`lifecycle.md` 9.5). */
  readonly mayBeSignalled: boolean;
  readonly settings: PodSettings;
}

export const containerHistory = (view: ContainerView): ContainerHistory => view.history.containers[view.spec.name] ?? {};

/** A view of a container that has an instance. */
export interface RunView {
  readonly view: ContainerView;
  readonly run: ContainerRun;
}
