import { probeClientContract, type ServedTarget } from '../ports/probe-client.contract.ts';
import { ManualClock } from './manual-clock.ts';
import { type HealthReply, ScriptedProbeClient } from './scripted-probe-client.ts';

probeClientContract('ScriptedProbeClient', async () => {
  const client = new ScriptedProbeClient(new ManualClock());
  const hostname = '10.88.0.2';
  const served = (port: number): ServedTarget => ({ hostname, port, connections: () => client.open });
  return {
    client,
    serveTcp: async () => {
      client.serve('10.88.0.2:8001');
      return served(8001);
    },
    serveGrpc: async (health) => {
      client.serve('10.88.0.2:8002', {
        health: (service): HealthReply => {
          if (health === undefined) return { kind: 'failed', code: 12, message: 'unknown service grpc.health.v1.Health' };
          if (health.hangs === true) return 'silence';
          const status = health.services[service];
          return status === undefined ? { kind: 'failed', code: 5, message: 'unknown service' } : { kind: 'status', status };
        },
      });
      return served(8002);
    },
    nobody: async () => ({ hostname, port: 1 }),
    until: async (condition) => {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {},
  };
});
