/** The conditions that the node writes, in the order in which they are written (`lifecycle.md` 12.3). */

import { apiTime } from '../../model/api-time.ts';
import { type PodContainer, podContainers } from '../../model/pod-containers.ts';
import type { ContainerStatus, PodCondition, PodPhase } from '../../model/pod-status.ts';
import { isAlive } from '../container/container-history.ts';
import type { StatusView } from './status-view.ts';

interface Judged {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

export interface OfStatus {
  readonly view: StatusView;
  readonly phase: PodPhase;
  readonly statuses: readonly ContainerStatus[];
}

const OWN: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'AllContainersRestarting',
  'DisruptionTarget',
];

/** Written by the node alone; all others are kept as they are. */
export const isNodeCondition = (type: string): boolean => OWN.includes(type);

export function podConditions(of: OfStatus): readonly PodCondition[] {
  const { previous } = of.view;
  const containersReady = judgeContainersReady(of);
  const judged: readonly Judged[] = [
    { type: 'PodReadyToStartContainers', status: of.view.sandboxReady ? 'True' : 'False' },
    judgeInitialized(of),
    judgeReady(of, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
    ...allContainersRestarting(of),
    ...disruptionTarget(of),
  ];
  const foreign = (previous?.conditions ?? []).filter(({ type }) => !isNodeCondition(type));
  return [...judged.map((condition) => dated(of.view, condition)), ...foreign];
}

/** The time of the last transition changes with the status, not with reason or message. */
function dated({ previous, nowMs, pod }: StatusView, judged: Judged): PodCondition {
  const before = previous?.conditions.find(({ type }) => type === judged.type);
  const isSame = before?.status === judged.status && typeof before.lastTransitionTime === 'string';
  const { generation } = pod.metadata;
  return {
    ...judged,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastProbeTime: null,
    lastTransitionTime: isSame ? (before.lastTransitionTime as string) : apiTime(nowMs),
  };
}

function judgeInitialized({ view, phase, statuses }: OfStatus): Judged {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  // Once initialised it stays so, also while the init containers run again.
  if (view.previous?.conditions.some((before) => before.type === type && before.status === 'True')) return { type, status: 'True' };
  const containers = podContainers(view.pod);
  const hasBegun = containers.some(({ role, spec }) => role === 'regular' && hasStarted(view, spec.name));
  const init = containers.filter(({ role }) => role !== 'regular');
  const incomplete = init.filter((container) => !isInitDone(container, statusOf(statuses, container)));
  if (hasBegun || incomplete.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${list(incomplete)}` };
}

function hasStarted({ history }: StatusView, name: string): boolean {
  const container = history.containers[name];
  return container?.previous !== undefined || container?.run?.startedWallMs !== undefined;
}

const isInitDone = ({ role }: PodContainer, status: ContainerStatus | undefined): boolean =>
  role === 'sidecar' ? status?.started === true : status?.ready === true;

function judgeContainersReady({ view, phase, statuses }: OfStatus): Judged {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const containers = podContainers(view.pod).filter(({ role }) => role !== 'init');
  const unready = containers.filter((container) => statusOf(statuses, container)?.ready !== true);
  if (unready.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${list(unready)}` };
}

function judgeReady({ view }: OfStatus, containersReady: Judged): Judged {
  const type = 'Ready';
  if (containersReady.status === 'False') return { ...containersReady, type };
  const messages = (view.pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => gateMessage(view, conditionType));
  if (messages.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function gateMessage({ previous }: StatusView, gate: string): readonly string[] {
  const condition = previous?.conditions.find(({ type }) => type === gate);
  if (condition === undefined) return [`corresponding condition of pod readiness gate "${gate}" does not exist.`];
  return condition.status === 'True' ? [] : [`the status of pod readiness gate "${gate}" is not "True", but ${condition.status}`];
}

/** Only of Pods that have a rule which restarts all containers. */
function allContainersRestarting({ view, phase }: OfStatus): readonly Judged[] {
  const type = 'AllContainersRestarting';
  const hasRule = podContainers(view.pod).some(({ spec }) =>
    spec.restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
  if (!hasRule) return [];
  if (phase === 'Succeeded') return [{ type, status: 'False', reason: 'PodCompleted' }];
  if (phase === 'Failed') return [{ type, status: 'False', reason: 'PodFailed' }];
  const { containers, restartedInRound = 0 } = view.history;
  const isRestarting = Object.values(containers).some(({ run }) => run !== undefined && run.round < restartedInRound && isAlive(run));
  if (!isRestarting) return [{ type, status: 'False' }];
  return [{ type, status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' }];
}

/** Told together with the terminal phase. */
function disruptionTarget({ view }: OfStatus): readonly Judged[] {
  const { ending, endedPhase } = view.history;
  if (endedPhase === undefined || ending === undefined || ending.reason === 'DeadlineExceeded') return [];
  return [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: ending.message }];
}

const statusOf = (statuses: readonly ContainerStatus[], { spec }: PodContainer): ContainerStatus | undefined =>
  statuses.find(({ name }) => name === spec.name);

const list = (containers: readonly PodContainer[]): string => `[${containers.map(({ spec }) => spec.name).join(' ')}]`;
