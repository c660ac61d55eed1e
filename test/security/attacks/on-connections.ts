/** To be in everybody's way, or to listen in. */
import { connect } from 'node:net';
import { InflightLimit } from '../../../src/apiserver/inflight-limit.ts';
import { ConnectionLimits } from '../../../src/apiserver/security/connection-limits.ts';
import type { ServerGuards } from '../../../src/apiserver/security/guards.ts';
import { IDENTITY_BOUNDS } from '../../../src/apiserver/security/identity-limits.ts';
import { VIEWERS } from '../../../src/apiserver/security/roles.ts';
import { type Exchange, PODS, type SecuredApi } from '../secured-api.ts';
import { type Attack, comesTrue } from './attack.ts';

const WEAK: ServerGuards['tls'] = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };
const BOUNDS = { total: 40, handshakes: 10, strangers: 20 };
const UNBOUNDED = 1_000_000;

/** Only so many connections at all, which no guard could be without. */
const onlyTotal: ServerGuards['connections'] = {
  watch: (server) => {
    server.maxConnections = BOUNDS.total;
  },
};
const bounded: Exchange = { server: () => ({ connections: new ConnectionLimits(BOUNDS) }) };

const isAnswered = (api: SecuredApi): Promise<boolean> =>
  api.client.ask(PODS, { as: 'admin' }).then(
    ({ status }) => status === 200,
    () => false,
  );

async function tlsVersionOf(api: SecuredApi, options: Parameters<SecuredApi['client']['connect']>[0]): Promise<string | undefined> {
  try {
    return (await api.client.connect(options)).getProtocol() ?? undefined;
  } catch {
    return undefined;
  }
}

const noBounds: Exchange = {
  access: { identityBounds: { perSecond: UNBOUNDED, burst: UNBOUNDED, atOnce: all(UNBOUNDED), together: all(UNBOUNDED) } },
};

function all(count: number): Readonly<Record<'read' | 'write' | 'long', number>> {
  return { read: count, write: count, long: count };
}

export const ATTACKS_ON_CONNECTIONS: readonly Attack[] = [
  {
    name: 'a connection talked down to TLS 1.1',
    without: { server: () => ({ tls: WEAK }) },
    succeeds: async (api) =>
      (await tlsVersionOf(api, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })) !== undefined,
  },
  {
    name: 'a connection talked down to a cipher without authentication of its own (CBC)',
    without: { server: () => ({ tls: WEAK }) },
    succeeds: async (api) => (await tlsVersionOf(api, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })) !== undefined,
  },
  {
    name: 'one connection that has its keys made anew again and again',
    without: { server: ({ tls }) => ({ tls: { ...tls, secureOptions: 0 } }) },
    succeeds: async (api) => {
      const socket = await api.client.connect({ maxVersion: 'TLSv1.2' });
      return new Promise((resolve) => {
        socket.on('close', () => resolve(false));
        socket.renegotiate({}, (error) => resolve(error === null));
      });
    },
  },
  {
    name: 'strangers who hold all connections',
    setting: bounded,
    without: { server: () => ({ connections: onlyTotal }) },
    succeeds: async (api) => {
      await Promise.allSettled(Array.from({ length: BOUNDS.total + 5 }, () => api.client.connect()));
      return !(await isAnswered(api));
    },
  },
  {
    name: 'handshakes that are begun and never ended',
    setting: bounded,
    without: { server: () => ({ connections: onlyTotal }) },
    succeeds: async (api) => {
      const sockets = Array.from({ length: BOUNDS.total + 5 }, () => connect({ port: api.port, host: '127.0.0.1' }).on('error', () => {}));
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))));
      const isShutOut = !(await isAnswered(api));
      for (const socket of sockets) socket.destroy();
      return isShutOut;
    },
  },
  {
    name: 'handshakes of WebSockets that are refused and never closed',
    without: {
      server: () => ({
        refuseUpgrade: (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'),
      }),
    },
    succeeds: async (api) => {
      const before = await api.connections();
      const sockets = Array.from({ length: 5 }, () =>
        api.client.halfOpen(`GET ${PODS}/p/exec HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
      );
      await Promise.all(sockets);
      return !(await comesTrue(async () => (await api.connections()) <= before));
    },
  },
  {
    name: 'one identity that asks without a pause',
    without: noBounds,
    succeeds: async (api) => {
      for (let asked = 0; asked <= IDENTITY_BOUNDS.burst; asked += 1) {
        if ((await api.client.ask('/version', { as: 'viewer' })).status === 429) return false;
      }
      return true;
    },
  },
  {
    name: 'one identity whose watches take the place of all others',
    setting: { access: { identityBounds: { ...IDENTITY_BOUNDS, atOnce: { ...IDENTITY_BOUNDS.atOnce, long: 5 } } } },
    without: noBounds,
    succeeds: async (api) => {
      const watches = Array.from({ length: 6 }, () => api.client.hold(`${PODS}?watch=true`, { as: api.certificate('viewer', [VIEWERS]) }));
      return (await Promise.all(watches)).every((status) => status === 200);
    },
  },
  {
    name: 'many identities whose watches together leave no place for the administrator',
    setting: {
      access: { identityBounds: { ...IDENTITY_BOUNDS, together: { ...IDENTITY_BOUNDS.together, long: 4 } } },
      server: () => ({ inflight: sixWatches() }),
    },
    without: { ...noBounds, server: () => ({ inflight: sixWatches() }) },
    succeeds: async (api) => {
      const users = ['a', 'b', 'c', 'd', 'e', 'f'].map((user) => api.certificate(user, [VIEWERS]));
      await Promise.all(users.map((as) => api.client.hold(`${PODS}?watch=true`, { as })));
      return (await api.client.hold(`${PODS}?watch=true`, { as: 'admin' })) !== 200;
    },
  },
];

function sixWatches(): InflightLimit {
  return new InflightLimit({ read: 10, write: 10, long: 6 });
}
