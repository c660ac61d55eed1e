/** What a request for a stream asks for (`PodExecOptions`, `PodAttachOptions`, `PodPortForwardOptions`). */
import type { ApiContainer, ApiPod } from '../../model/api-objects.ts';
import type { StandardStreams } from '../../ports/container-runtime.ts';
import type { PodStreamRequest } from '../../ports/pod-streams.ts';
import { isTrue } from '../request-info.ts';
import { badRequest } from '../status-error.ts';
import { chooseContainer } from './choose-container.ts';

/** As many as upstream's URLs could hold within its limit of a header. */
const MAX_PORTS = 100;

export type StreamKind = PodStreamRequest['kind'];

export function readStreamRequest(kind: StreamKind, pod: ApiPod, query: URLSearchParams): PodStreamRequest {
  const uid = pod.metadata?.uid ?? '';
  if (kind === 'portforward') return { kind, uid, ports: readPorts(query) };
  const container = chooseContainer(pod, query.get('container') ?? '');
  if (kind === 'exec') {
    const command = query.getAll('command');
    if (command.length === 0) throw badRequest('you must specify at least one command for the container');
    return { kind, uid, container, command, ...standardStreams(query, isTrue(query.get('tty'))) };
  }
  // Whether there is a terminal was decided when the container was made (`kubelet_pods.go` GetAttach).
  return { kind, uid, container, ...standardStreams(query, specOf(pod, container)?.tty === true) };
}

function standardStreams(query: URLSearchParams, tty: boolean): StandardStreams {
  const [stdin, stdout, stderr] = ['stdin', 'stdout', 'stderr'].map((name) => isTrue(query.get(name))) as [boolean, boolean, boolean];
  // A terminal has one output (`cri/streaming/remotecommand/httpstream.go` NewOptions).
  const streams = { stdin, stdout, stderr: stderr && !tty, tty };
  if (!streams.stdin && !streams.stdout && !streams.stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  return streams;
}

/** Named only by clients of the WebSocket form; the others name them stream by stream. */
function readPorts(query: URLSearchParams): readonly number[] {
  const texts = [...query.getAll('ports'), ...query.getAll('port')].flatMap((text) => text.split(','));
  const wrong = texts.find((text) => !/^\d{1,5}$/.test(text) || Number(text) > 65_535);
  if (wrong !== undefined) throw badRequest(`unable to parse ${JSON.stringify(wrong)} as a port`);
  const zero = texts.find((text) => Number(text) === 0);
  if (zero !== undefined) throw badRequest(`port ${JSON.stringify(zero)} must be > 0`);
  if (texts.length > MAX_PORTS) throw badRequest(`at most ${MAX_PORTS} ports can be forwarded by one request`);
  return texts.map(Number);
}

function specOf({ spec }: ApiPod, name: string): Pick<ApiContainer, 'tty'> | undefined {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((container) => container.name === name);
}
