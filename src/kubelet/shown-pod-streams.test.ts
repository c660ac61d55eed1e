import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shownPodStreams } from './shown-pod-streams.ts';

it('shownPodStreams() asks for the static Pod behind a mirror, and for any other as it is named', async () => {
  const asked: string[] = [];
  const streams = shownPodStreams(
    {
      streamUrl: async ({ kind, uid }) => void asked.push(`${kind} ${uid}`),
      openLog: async ({ uid }) => void asked.push(`log ${uid}`),
    },
    (uid) => (uid === 'mirror' ? 'static' : undefined),
  );
  const options = { follow: false, timestamps: false };
  for (const uid of ['mirror', 'other']) {
    await streams.streamUrl({ kind: 'portforward', uid, ports: [80] });
    await streams.openLog({ uid, container: 'main', containerId: 'c', options, signal: new AbortController().signal });
  }
  assert.deepEqual(asked, ['portforward static', 'log static', 'portforward other', 'log other']);
});
