import { deepEqual, equal, rejects } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { HealthAnswer, HealthConnection, ProbeClient, ProbeTarget } from './probe-client.ts';

/** A server that answers health checks: of each service it names with its status, of others with NOT_FOUND. */
export interface ContractHealthServer {
  readonly services: Readonly<Record<string, number>>;
  /** It takes the check and never answers. */
  readonly hangs?: boolean;
}

export interface ServedTarget extends ProbeTarget {
  /** Connections that are open now, as far as the server knows. */
  readonly connections: () => number;
}

export interface ProbeSubject {
  readonly client: ProbeClient;
  /** Takes connections and says nothing. */
  serveTcp(): Promise<ServedTarget>;
  /** Speaks gRPC; without `health` it knows no health service. */
  serveGrpc(health?: ContractHealthServer): Promise<ServedTarget>;
  /** Where nobody listens. */
  nobody(): Promise<ProbeTarget>;
  /** Where the policy does not let anybody go; absent where there is none. */
  readonly denied?: ProbeTarget;
  /** Resolves once the condition holds. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const SERVING = 1;
const NOT_SERVING = 2;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

const never = new AbortController().signal;

export function probeClientContract(name: string, open: () => Promise<ProbeSubject>): void {
  describe(`${name} as ProbeClient`, () => {
    let subject: ProbeSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    connectTests(() => subject);
    healthTests(() => subject);
  });
}

function connectTests(subject: () => ProbeSubject): void {
  it('connect() connects and closes', async () => {
    const served = await subject().serveTcp();
    deepEqual(await subject().client.connect(served, never), { kind: 'connected' });
    await subject().until(() => served.connections() === 0);
  });

  it('connect() fails in the words of Go where nobody listens', async () => {
    const nobody = await subject().nobody();
    deepEqual(await subject().client.connect(nobody, never), {
      kind: 'failed',
      error: `dial tcp ${nobody.hostname}:${nobody.port}: connect: connection refused`,
    });
  });

  it('connect() rejects with the reason once it is aborted', async () => {
    const served = await subject().serveTcp();
    await rejects(subject().client.connect(served, AbortSignal.abort('too late')), (error) => error === 'too late');
  });

  it('connect() and openHealth() go nowhere that the policy denies', async () => {
    const { client, denied } = subject();
    if (denied === undefined) return;
    for (const answer of [await client.connect(denied, never), await client.openHealth(denied, never)]) {
      equal(
        answer.kind === 'failed' && answer.error,
        `dial tcp ${denied.hostname}:${denied.port}: --hook-hosts deny-link-local does not let hooks or probes connect there; "any" does`,
      );
    }
  });
}

function healthTests(subject: () => ProbeSubject): void {
  const checked = async (served: ProbeTarget, service: string): Promise<HealthAnswer> => {
    const connection = await opened(subject().client, served);
    try {
      return await connection.check(service, never);
    } finally {
      connection.close();
    }
  };

  it('check() asks for the service and gives its status; close() leaves no connection', async () => {
    const served = await subject().serveGrpc({ services: { '': SERVING, web: NOT_SERVING } });
    deepEqual(await checked(served, ''), { kind: 'status', status: SERVING });
    deepEqual(await checked(served, 'web'), { kind: 'status', status: NOT_SERVING });
    await subject().until(() => served.connections() === 0);
  });

  it('check() of an unknown service fails with the code and the words of the server', async () => {
    const served = await subject().serveGrpc({ services: {} });
    deepEqual(await checked(served, 'web'), { kind: 'failed', code: NOT_FOUND, message: 'unknown service' });
  });

  it('check() fails where there is no health service', async () => {
    const answer = await checked(await subject().serveGrpc(), '');
    equal(answer.kind === 'failed' && answer.code, UNIMPLEMENTED);
  });

  it('check() waits for a slow server until it is aborted, and rejects with the reason', async () => {
    const served = await subject().serveGrpc({ services: {}, hangs: true });
    const connection = await opened(subject().client, served);
    const controller = new AbortController();
    const answer = connection.check('', controller.signal);
    controller.abort('enough');
    await rejects(answer, (error) => error === 'enough');
    connection.close();
    connection.close();
    await subject().until(() => served.connections() === 0);
  });

  it('openHealth() waits for a server that refuses, or that speaks no gRPC, until it is aborted', async () => {
    const mute = await subject().serveTcp();
    for (const target of [await subject().nobody(), mute]) {
      const controller = new AbortController();
      const opening = subject().client.openHealth(target, controller.signal);
      const outcome = opening.then(
        () => 'opened',
        (error: unknown) => error,
      );
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort('enough');
      equal(await outcome, 'enough');
    }
    await subject().until(() => mute.connections() === 0);
  });
}

async function opened(client: ProbeClient, target: ProbeTarget): Promise<HealthConnection> {
  const connection = await client.openHealth(target, never);
  if (connection.kind === 'failed') throw new Error(connection.error);
  return connection;
}
