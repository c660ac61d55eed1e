import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { HttpReceiver } from '../../src/fakes/scripted-http.ts';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import { readManifests } from '../../src/model/read-manifests.ts';
import { byContainer, readTimeline, timelineLine } from './expected-timeline.ts';
import { describeRecord, Scenario } from './scenario.ts';

/** What the programs of each example do, told to the scripted runtime; and when its Pod is deleted. */
interface Played {
  readonly script: Script;
  readonly deletedAfterMs: number;
  readonly receivers?: Readonly<Record<string, HttpReceiver>>;
}

const EXAMPLES: Readonly<Record<string, Played>> = {
  'lifecycle-demo': {
    script: { program: obedient, exec: ([, , text]) => ({ takesMs: text?.includes('warming') ? 3000 : 1000 }) },
    deletedAfterMs: 10_000,
  },
  'failing-post-start': { script: { program: obedient, exec: () => ({ startError: 'executable file not found' }) }, deletedAfterMs: 5000 },
  'hanging-post-start': { script: { program: obedient, exec: () => ({}) }, deletedAfterMs: 5000 },
  'slow-pre-stop': {
    script: { program: () => ({ onSignal: { SIGTERM: 'ignored' } }), exec: () => ({ takesMs: 10_000 }) },
    deletedAfterMs: 3000,
  },
  'two-containers': {
    script: { program: obedient, exec: ([, , text]) => ({ takesMs: text?.includes('registered') ? 2000 : 1000 }) },
    deletedAfterMs: 5000,
  },
  'http-hooks': {
    script: { program: obedient, exec: () => ({ takesMs: 0 }) },
    receivers: { '10.88.0.2:8080': { reply: (head) => ({ response: `HTTP/1.1 ${head.includes('/started') ? 200 : 404} \r\n\r\n` }) } },
    deletedAfterMs: 5000,
  },
  'receiver-down': { script: { program: obedient }, deletedAfterMs: 3000 },
  'sleep-hook': { script: { program: obedient }, deletedAfterMs: 4000 },
  'restart-always': { script: { program: () => ({ endsAfterMs: 2000, exitCode: 1 }), exec: () => ({ takesMs: 0 }) }, deletedAfterMs: 6000 },
  'failing-pre-stop': { script: { program: obedient, exec: () => ({ takesMs: 0, exitCode: 3 }) }, deletedAfterMs: 3000 },
  'web-with-sidecar': {
    script: {
      program: (container) => (container === 'prepare' ? { endsAfterMs: 1000, exitCode: 0 } : obedient()),
      exec: ([, , text]) => ({ takesMs: text?.includes('sleep 2') ? 2000 : 0 }),
    },
    receivers: { '10.88.0.2:8080': { reply: () => ({ response: 'HTTP/1.1 200 OK\r\n\r\n' }) } },
    deletedAfterMs: 8000,
  },
};

function obedient(): { readonly onSignal: { readonly SIGTERM: { readonly afterMs: number; readonly exitCode: number } } } {
  return { onSignal: { SIGTERM: { afterMs: 0, exitCode: 0 } } };
}

describe('the examples, on fakes', () => {
  for (const [name, { script, receivers = {}, deletedAfterMs }] of Object.entries(EXAMPLES)) {
    it(`${name} lives as its timeline says, to the second`, async () => {
      const text = readFileSync(new URL(`../../examples/${name}/pod.yaml`, import.meta.url), 'utf8');
      const { pods, objects, errors } = readManifests([{ name, text }], { purpose: 'run' });
      deepEqual(errors, []);
      const scenario = new Scenario(script);
      for (const object of objects) {
        if (object.kind === 'ConfigMap') scenario.objects.setConfigMap(object.namespace, object.name, object);
      }
      for (const [at, receiver] of Object.entries(receivers)) {
        scenario.http.receive(at, receiver);
        scenario.probeClient.serve(at);
      }
      await scenario.start(...pods.map(({ pod }) => pod));
      await scenario.clock.advance(deletedAfterMs);
      await scenario.delete();
      await scenario.clock.advance(30_000);
      const start = Date.UTC(2030, 0, 1);
      const lines = scenario.journal.records.map((record) =>
        timelineLine(Math.floor((Date.parse(record.time) - start) / 1000), describeRecord(record)),
      );
      deepEqual(byContainer(lines), byContainer(readTimeline(name)));
    });
  }
});
