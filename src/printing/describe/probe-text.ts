import type { ApiProbe } from '../../model/api-objects.ts';

/** "http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3" */
export function probeText(probe: ApiProbe): string {
  const { initialDelaySeconds: delay = 0, timeoutSeconds: timeout = 0, periodSeconds: period = 0 } = probe;
  const timing = `delay=${delay}s timeout=${timeout}s period=${period}s`;
  return `${actionText(probe)} ${timing} #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`;
}

function actionText({ exec, httpGet, tcpSocket, grpc }: ApiProbe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet) return `http-get ${urlText(httpGet)}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  return grpc ? `grpc <pod>:${grpc.port} ${grpc.service ?? ''}` : 'unknown';
}

function urlText({ scheme, host = '', port, path = '' }: NonNullable<ApiProbe['httpGet']>): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const absolute = path === '' || path.startsWith('/') ? path : `/${path}`;
  return `${scheme === undefined ? '' : `${scheme.toLowerCase()}:`}//${address}${escapePath(absolute)}`;
}

/** As Go's `net/url`: of what `encodeURI` leaves alone it escapes `?`, `#`, `!`, `'`, `(`, `)` and `*` too. */
const escapePath = (path: string): string =>
  encodeURI(path.toWellFormed()).replace(/[?#!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
