/** What happened, in words: the text form of the vocabulary of `core/journal-record.ts`. */

import type { ExitedBy, PrintedRecord, SkipReason, StopReason } from '../core/journal-record.ts';
import { printable } from './printable.ts';
import { clockTime, durationText } from './time-text.ts';

type RecordOf<T extends PrintedRecord['type']> = Extract<PrintedRecord, { readonly type: T }>;

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  containerExited: 'its container had ended',
  neverStarted: 'its container never started',
  graceZero: 'the grace is 0 s',
  deadlinePassed: 'the grace was over',
  hostRebooted: 'the host was rebooted',
};

const STOPPING: Readonly<Record<StopReason, string>> = {
  podDeleted: 'the Pod is deleted',
  postStartFailed: 'its postStart hook failed',
  sandboxLost: 'its sandbox is gone',
  podCompleted: 'what it stands beside is done',
  podEnding: 'the Pod is ended',
  livenessFailed: 'its liveness probe failed',
  startupFailed: 'its startup probe failed',
  imageChanged: 'its image was changed',
  restartAllContainers: 'all containers start over',
};

const EXITED_BY: Readonly<Record<ExitedBy, string>> = {
  self: 'by itself',
  stop: 'by its stop signal',
  kill: 'by SIGKILL',
  oom: 'killed: out of memory',
};

export function recordText(record: PrintedRecord): string {
  switch (record.type) {
    case 'agent.started':
      return `hooklet ${record.version} started, pid ${record.pid}`;
    case 'agent.recovered':
      return `left by an earlier hooklet: ${record.decision === 'continues' ? 'goes on' : 'is ended'}, ${printable(record.message)}`;
    case 'pod.accepted':
    case 'pod.rejected':
    case 'pod.updated':
    case 'pod.deleting':
    case 'pod.ending':
    case 'pod.restarting':
    case 'pod.ended':
    case 'pod.removed':
    case 'sandbox.ready':
      return podText(record);
    case 'image.pulling':
    case 'image.pulled':
    case 'image.failed':
      return imageText(record);
    case 'hook.started':
    case 'hook.finished':
    case 'hook.skipped':
      return hookText(record);
    case 'event':
      return `${record.eventType} event ${record.reason}: ${printable(record.message)}${record.count > 1 ? ` (x${record.count})` : ''}`;
    case 'log':
      return `${record.stream === 'stdout' ? '|' : '!'} ${printable(record.text)}`;
    default:
      return containerText(record);
  }
}

function podText(record: RecordOf<(`pod.${string}` & PrintedRecord['type']) | 'sandbox.ready'>): string {
  switch (record.type) {
    case 'pod.accepted':
      return 'Pod accepted';
    case 'pod.rejected':
      return `Pod rejected (${record.reason}): ${printable(record.message)}`;
    case 'sandbox.ready':
      return record.ip === undefined ? 'sandbox ready' : `sandbox ready, its address is ${record.ip}`;
    case 'pod.deleting':
      return `Pod is being deleted, grace ${record.graceSeconds} s`;
    case 'pod.updated':
      return 'Pod changed by its owner';
    case 'pod.ending':
      return `Pod is ended (${record.reason}): ${printable(record.message)}, grace ${record.graceSeconds} s`;
    case 'pod.restarting':
      return `all containers start over: a restart rule of ${record.trigger} says so`;
    case 'pod.ended':
      return `Pod ended: ${record.phase}`;
    default:
      return 'Pod removed';
  }
}

function imageText(record: RecordOf<'image.pulling' | 'image.pulled' | 'image.failed'>): string {
  const image = printable(record.image);
  if (record.type === 'image.pulling') return `image ${image} is being pulled`;
  if (record.type === 'image.pulled') return `image ${image} ${record.present ? 'is present' : 'pulled'}`;
  return `image ${image} cannot be had (${record.reason}): ${printable(record.message)}`;
}

function hookText(record: RecordOf<'hook.started' | 'hook.finished' | 'hook.skipped'>): string {
  if (record.type === 'hook.skipped') return `${record.hook} hook skipped (${record.reason}): ${SKIPPED[record.reason]}`;
  const name = `${record.hook} hook (${record.handler})`;
  const attempt = (record.attempt > 1 ? `, attempt ${record.attempt}` : '') + (record.retry > 0 ? `, retry ${record.retry}` : '');
  if (record.type === 'hook.started') return `${name} started${attempt}`;
  const why = record.reason === undefined || record.reason === record.outcome ? '' : `: ${printable(record.reason)}`;
  const status = record.httpStatus === undefined ? '' : `, HTTP ${record.httpStatus}`;
  return `${name} ${record.outcome} after ${durationText(record.durationMs)}${attempt}${status}${why}`;
}

type ContainerRecord = Exclude<RecordOf<(`container.${string}` & PrintedRecord['type']) | 'signal.sent' | 'probe.failed'>, never>;

const PROBE_RESULTS = { failure: 'failed', unknown: 'could not be run', warning: 'succeeded with a warning' } as const;

function containerText(record: ContainerRecord): string {
  switch (record.type) {
    case 'container.created':
      return `container created${due(record)}`;
    case 'container.started':
      return record.restartCount === 0 ? 'container started' : `container started again (restart ${record.restartCount})`;
    case 'container.ready':
      return 'container ready';
    case 'container.unready':
      return 'container runs, not ready';
    case 'container.failed':
      return `container cannot run (${record.reason}): ${printable(record.message)}`;
    case 'container.stopping':
      return `container is being stopped: ${STOPPING[record.reason]}${due(record)}`;
    case 'signal.sent':
      return record.signal === 'SIGKILL'
        ? 'SIGKILL sent'
        : `${record.signal} sent, SIGKILL follows at ${clockTime(new Date(record.deadline.wallMs).toISOString())}`;
    case 'container.exited':
      return `container exited with ${record.exitCode} ${EXITED_BY[record.by]} (${printable(record.reason)})`;
    case 'container.restarting':
      return record.backoffMs === 0 ? 'container restarts at once' : `container restarts in ${durationText(record.backoffMs)}`;
    default:
      return `${record.probe} probe ${PROBE_RESULTS[record.result ?? 'failure']}: ${printable(record.message)}`;
  }
}

const due = ({ hooksDue }: { readonly hooksDue: readonly string[] }): string =>
  hooksDue.length === 0 ? '' : `, ${hooksDue.join(', ')} hook is due`;
