import { httpClientContract } from '../ports/http-client.contract.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedHttp } from './scripted-http.ts';

httpClientContract('ScriptedHttp', async () => {
  const client = new ScriptedHttp(new ManualClock());
  let port = 8000;
  return {
    client,
    serve: async ({ tls = false, response, ending }) => {
      port += 1;
      const to = `10.88.0.2:${port}`;
      client.receive(to, {
        tls,
        reply: () => (response === undefined ? (ending === 'waits' ? 'silence' : 'close') : { response, bodyHangs: ending === 'waits' }),
      });
      return {
        hostname: '10.88.0.2',
        port,
        requests: () => client.requests.filter((request) => request.to.endsWith(to)).map(({ head }) => head),
      };
    },
    nobody: async () => ({ hostname: '10.88.0.2', port: 1 }),
    until: async (condition) => {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {},
  };
});
