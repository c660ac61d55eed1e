/** To make others ask, or to ask what was never meant to be asked. */
import type { IncomingMessage } from 'node:http';
import { createGunzip, gzipSync } from 'node:zlib';
import { InflightLimit } from '../../../src/apiserver/inflight-limit.ts';
import { readMessageBody } from '../../../src/apiserver/message-body.ts';
import type { RequestChecks } from '../../../src/apiserver/security/guards.ts';
import { type Exchange, PODS, type SecuredApi } from '../secured-api.ts';
import { type Attack, comesTrue } from './attack.ts';
import { sendRaw } from './raw-request.ts';

const withoutCheck = (name: keyof RequestChecks): Exchange => ({
  server: ({ checks }) => ({ checks: { ...checks, [name]: () => {} } }),
});

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const MAPS = '/api/v1/namespaces/default/configmaps';
const mapOf = (bytes: number): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { a: ' '.repeat(bytes) } });
const MIB = 1024 * 1024;
const TIMES_OF_TESTS = { headersTimeout: 150, requestTimeout: 300, handshakeTimeout: 150, connectionsCheckingInterval: 25 };
const NO_TIMES = { headersTimeout: 0, requestTimeout: 0, handshakeTimeout: 60_000 };

const withTimes = (times: object): Exchange => ({ server: ({ http }) => ({ http: { ...http, ...times } }) });

/** All that the server does at once. */
const WRITES = 3;
const fewWrites = (): InflightLimit => new InflightLimit({ read: 10, write: WRITES, long: 10 });

export const ATTACKS_ON_REQUESTS: readonly Attack[] = [
  {
    name: 'a web page that has its own name rebound to this address',
    without: withoutCheck('host'),
    succeeds: async (api) => (await api.client.ask(PODS, { as: 'admin', headers: { host: 'page.example:6443' } })).status === 200,
  },
  {
    name: "a web page's request with the administrator's certificate of the browser",
    without: withoutCheck('origin'),
    succeeds: async (api) => {
      const headers = { origin: 'https://page.example', 'content-type': 'text/plain' };
      await api.client.ask(PODS, { as: 'admin', headers: { ...headers, 'content-type': 'application/json' }, body: POD });
      return (await api.client.ask(`${PODS}/p`, { as: 'admin' })).status === 200;
    },
  },
  {
    name: 'a link or an image of a web page, which names no origin',
    without: withoutCheck('origin'),
    succeeds: async (api) => (await api.client.ask(PODS, { as: 'admin', headers: { 'sec-fetch-site': 'cross-site' } })).status === 200,
  },
  {
    name: "a web page's WebSocket to a Pod's exec",
    without: withoutCheck('origin'),
    succeeds: async (api) => {
      await api.client.must(PODS, { as: 'admin', body: POD });
      const headers = { origin: 'https://page.example' };
      return (await api.client.handshake(`${PODS}/p/exec?command=id`, { as: 'admin', headers })).status === 101;
    },
  },
  {
    name: 'a redirect of a Pod behind the proxy, followed with credentials (CVE-2020-8559)',
    without: { server: () => ({ answer: (response) => response }) },
    succeeds: async (api) => {
      await api.client.must(PODS, { as: 'admin', body: POD });
      api.pod.proxied = { status: 302, headers: { location: 'https://elsewhere.example/' }, body: new Uint8Array() };
      const { status, headers } = await api.client.ask(`${PODS}/p/proxy/`, { as: 'admin' });
      return status === 302 || headers.location !== undefined;
    },
  },
  {
    name: 'a second request hidden in the body of a first',
    without: { server: ({ http }) => ({ http: { ...http, insecureHTTPParser: true } }) },
    succeeds: async (api) => {
      const hidden = 'GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n';
      const head = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: ${hidden.length + 5}\r\n\r\n0\r\n\r\n`;
      return /^HTTP\/1\.1 200/.test(await sendRaw(api, `${head}${hidden}`));
    },
  },
  {
    name: 'headers without end',
    without: { server: ({ http }) => ({ http: { ...http, maxHeaderSize: 4 * MIB } }) },
    succeeds: (api) =>
      api.client.ask('/healthz', { headers: { x: 'a'.repeat(MIB) } }).then(
        ({ status }) => status === 200,
        () => false,
      ),
  },
  {
    name: 'a body that is longer than any object',
    without: { server: () => ({ readBody: (incoming) => readMessageBody(incoming, 64 * MIB) }) },
    succeeds: async (api) => (await api.client.ask(MAPS, { as: 'admin', body: mapOf(4 * MIB) })).status !== 413,
  },
  {
    name: 'a body that is small until it is unpacked',
    without: { server: () => ({ readBody: (incoming) => readMessageBody(incoming, 64 * MIB) }) },
    succeeds: async (api) => {
      const body = gzipSync(JSON.stringify(mapOf(5 * MIB)));
      return (await api.client.ask(MAPS, { as: 'admin', body, headers: { 'content-encoding': 'gzip' } })).status !== 413;
    },
  },
  {
    name: 'packed bodies that are broken off, until no write has a place any more',
    setting: { server: () => ({ inflight: fewWrites() }) },
    without: { server: () => ({ inflight: fewWrites(), readBody: forgetful }) },
    succeeds: async (api) => {
      const started = gzipSync(JSON.stringify(mapOf(MIB))).subarray(0, 20);
      const headers = { 'content-encoding': 'gzip', 'content-length': '500' };
      const broken = Array.from({ length: WRITES }, () =>
        api.client.breakOff(MAPS, { as: 'admin', method: 'POST', headers, body: started }),
      );
      await Promise.all(broken);
      const isTaken = async (): Promise<boolean> => (await api.client.ask(MAPS, { as: 'admin', body: mapOf(1) })).status !== 429;
      return !(await comesTrue(isTaken));
    },
  },
  {
    name: 'a head that comes a byte at a time (slow loris)',
    setting: withTimes(TIMES_OF_TESTS),
    without: withTimes({ ...TIMES_OF_TESTS, ...NO_TIMES }),
    succeeds: (api) => staysOpen(api, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: '),
  },
  {
    name: 'a body that never comes to its end',
    setting: withTimes(TIMES_OF_TESTS),
    without: withTimes({ ...TIMES_OF_TESTS, ...NO_TIMES }),
    succeeds: (api) => staysOpen(api, `POST ${MAPS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`, 'admin'),
  },
];

/** As one would write it: `pipe` does not tell the reader that the client is gone. */
async function forgetful(incoming: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of incoming.pipe(createGunzip())) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Whether a connection is still there long after it should have said more. */
async function staysOpen(api: SecuredApi, beginning: string, as?: 'admin'): Promise<boolean> {
  const socket = await api.client.connect(as === undefined ? {} : { as });
  socket.resume();
  socket.write(beginning);
  return !(await comesTrue(() => socket.destroyed));
}
