/** Image archives into a real containerd: what was imported runs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ownPlatform } from '../../../src/containerd/own-platform.ts';
import { hasCode } from '../../../src/ports/hooklet-error.ts';
import { newContainerSpec, newSandboxSpec } from '../../../src/ports/runtime-subject.contract.ts';
import { busyboxLayer } from './busybox-archive.ts';
import { images, PrivateContainerd } from './private-containerd.ts';
import { type Agent, newAgent, subjectOf, untilAnswering } from './runtime-harness.ts';
import { tarFile } from './tar-file.ts';

const containerd = new PrivateContainerd();
let agent: Agent;

before(async () => {
  await containerd.start();
  agent = newAgent(containerd);
});
after(async () => {
  agent?.close();
  await containerd.remove();
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const descriptor = (mediaType: string, bytes: Buffer, more = {}) => ({ mediaType, digest: digestOf(bytes), size: bytes.length, ...more });
const oci = 'application/vnd.oci.image';

/** With an index of two platforms, of which only this machine's is there, and a compressed layer. */
function ociLayout(name: string): Buffer {
  const layer = busyboxLayer();
  const zipped = gzipSync(layer);
  const platform = { os: 'linux', architecture: ownPlatform.architecture };
  const config = json({
    ...platform,
    config: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { name } },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const manifest = json({
    schemaVersion: 2,
    config: descriptor(`${oci}.config.v1+json`, config),
    layers: [descriptor(`${oci}.layer.v1.tar+gzip`, zipped)],
  });
  const other = descriptor(`${oci}.manifest.v1+json`, json({}), { platform: { os: 'linux', architecture: 'other' } });
  const index = json({ schemaVersion: 2, manifests: [other, descriptor(`${oci}.manifest.v1+json`, manifest, { platform })] });
  const top = {
    schemaVersion: 2,
    manifests: [descriptor(`${oci}.index.v1+json`, index, { annotations: { 'io.containerd.image.name': name } })],
  };
  const blobs = [zipped, config, manifest, index].map((data) => ({ path: `blobs/${digestOf(data).replace(':', '/')}`, data }));
  return tarFile([{ path: 'oci-layout', data: json({ imageLayoutVersion: '1.0.0' }) }, { path: 'index.json', data: json(top) }, ...blobs]);
}

function archive(name: string, bytes: Buffer): string {
  const path = join(containerd.dir, name);
  writeFileSync(path, bytes);
  return path;
}

test('importArchive() of an OCI layout gives an image whose containers run', async () => {
  const image = 'example.com/layout/app:1';
  await agent.imageImport.importArchive(containerd.archive);
  assert.deepEqual(await agent.imageImport.importArchive(archive('oci.tar', ociLayout(image))), [image]);
  const subject = { ...subjectOf(containerd, agent), image };
  const sandbox = newSandboxSpec(subject);
  const id = await agent.cri.runPodSandbox(sandbox);
  const containerId = await agent.cri.createContainer(id, sandbox, newContainerSpec(subject, 'runs'));
  await agent.cri.startContainer(containerId);
  const { stdout } = await agent.cri.execSync(containerId, ['echo', 'it runs'], new AbortController().signal);
  assert.equal(stdout.toString(), 'it runs\n');
  assert.equal(await agent.signals.imageStopSignal(image), undefined);
});

test('importArchive() again replaces the image of that name', async () => {
  const before = await agent.cri.imageId(images.busybox);
  const bytes = ociLayout(images.busybox);
  await agent.imageImport.importArchive(archive('again.tar', bytes));
  const after = await agent.cri.imageId(images.busybox);
  assert.ok(before !== undefined && after !== undefined && before !== after);
});

test('importArchive() survives a restart of containerd', async () => {
  await containerd.kill();
  await containerd.start();
  const restarted = newAgent(containerd);
  try {
    await untilAnswering(restarted);
    const tags = (await restarted.cri.listImages()).flatMap((image) => image.tags);
    for (const name of [images.busybox, images.web, images.pause, 'example.com/layout/app:1']) assert.ok(tags.includes(name), name);
  } finally {
    restarted.close();
  }
});

const wrong: readonly (readonly [string, () => string, RegExp])[] = [
  ['a file that is not there', () => join(containerd.dir, 'none.tar'), /Cannot read the image archive .*none.tar/],
  ['a folder', () => containerd.dir, /it is not a file/],
  ['an empty file', () => archive('empty.tar', Buffer.alloc(0)), /is no image archive/],
  ['text', () => archive('text.tar', Buffer.from('hello\n'.repeat(500))), /it is no tar file/],
  ['a compressed archive', () => archive('x.tar.gz', gzipSync(ociLayout('example.com/x:1'))), /compressed with gzip; unpack it first/],
  ['an archive that was cut off', () => archive('cut.tar', ociLayout('example.com/x:1').subarray(0, 300_000)), /is cut off/],
];

for (const [what, path, message] of wrong) {
  test(`importArchive() refuses ${what}`, async () => {
    await assert.rejects(agent.imageImport.importArchive(path()), (error) => hasCode(error, 'badInput') && message.test(error.message));
  });
}

test('importArchive() refuses a blob that is not what its digest says, and leaves no image', async () => {
  const bytes = ociLayout('example.com/forged:1');
  const at = bytes.indexOf('PATH=/bin');
  bytes.write('PATH=/bad', at);
  await assert.rejects(agent.imageImport.importArchive(archive('forged.tar', bytes)), (error) =>
    hasCode(error, 'badInput', 'runtimeFailed'),
  );
  assert.equal(await agent.cri.imageId('example.com/forged:1'), undefined);
});
