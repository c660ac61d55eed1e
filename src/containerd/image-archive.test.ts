import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type TarMember, tarFile } from '../../test/e2e/runtime/tar-file.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { ArchivedImage } from './archive-parts.ts';
import { readImageArchive } from './image-archive.ts';
import { ownPlatform } from './own-platform.ts';
import { indexTar } from './tar-index.ts';

async function read(members: readonly TarMember[]): Promise<readonly ArchivedImage[]> {
  const bytes = tarFile(members);
  const readAt = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return readImageArchive({ readAt, entries: await indexTar(readAt, bytes.length) });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blob = (bytes: Buffer): TarMember => ({ path: `blobs/${digestOf(bytes).replace(':', '/')}`, data: bytes });
const descriptor = (mediaType: string, bytes: Buffer, more = {}) => ({ mediaType, digest: digestOf(bytes), size: bytes.length, ...more });

const layer = tarFile([{ path: 'hello', data: Buffer.from('hello') }]);
const config = json({ architecture: ownPlatform.architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } });
const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};
const manifest = json({ schemaVersion: 2, config: descriptor(types.config, config), layers: [descriptor(types.layer, layer)] });
const layout = (target: object): TarMember[] => [
  { path: 'oci-layout', data: json({ imageLayoutVersion: '1.0.0' }) },
  { path: 'index.json', data: json({ schemaVersion: 2, manifests: [target] }) },
];
const named = { annotations: { 'org.opencontainers.image.ref.name': 'example.com/app:1' } };

const docker = (changes: object = {}, extra: readonly TarMember[] = []): TarMember[] => [
  { path: 'layer.tar', data: layer },
  { path: 'config.json', data: config },
  { path: 'manifest.json', data: json([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'], ...changes }]) },
  ...extra,
];

test('readImageArchive() makes an OCI manifest of what docker save wrote', async () => {
  const [image, ...others] = await read(docker());
  assert.ok(image !== undefined && others.length === 0);
  assert.deepEqual(image.names, ['docker.io/library/app:1']);
  assert.equal(image.config.digest, digestOf(config));
  assert.deepEqual(
    image.blobs.map(({ descriptor: { digest } }) => digest),
    [digestOf(config), digestOf(layer), image.target.digest],
  );
  const last = image.blobs.at(-1);
  assert.deepEqual(last?.labels, {
    'containerd.io/gc.ref.content.config': digestOf(config),
    'containerd.io/gc.ref.content.l.0': digestOf(layer),
  });
  assert.ok(last !== undefined && 'bytes' in last.from && digestOf(last.from.bytes) === image.target.digest);
});

test('readImageArchive() follows the links of an old docker save, and knows a compressed layer', async () => {
  const zipped = gzipSync(layer);
  const members = docker({ Layers: ['one/layer.tar'] }, [
    { path: 'two/layer.tar', data: zipped },
    { path: 'one/layer.tar', linkTo: '../two/layer.tar' },
  ]);
  const [image] = await read(members);
  assert.deepEqual(image?.blobs[1]?.descriptor, { mediaType: `${types.layer}+gzip`, digest: digestOf(zipped), size: zipped.length });
});

test('readImageArchive() reads an OCI layout as it is', async () => {
  const [image] = await read([...layout(descriptor(types.manifest, manifest, named)), blob(manifest), blob(config), blob(layer)]);
  assert.deepEqual(
    [image?.names, image?.target, image?.config.digest],
    [['example.com/app:1'], descriptor(types.manifest, manifest), digestOf(config)],
  );
  assert.deepEqual(
    image?.blobs.map(({ descriptor: { digest } }) => digest),
    [digestOf(config), digestOf(layer), digestOf(manifest)],
  );
});

test('readImageArchive() takes of an index what fits this machine, and leaves out what is not there', async () => {
  const platforms = [
    descriptor(types.manifest, json({ other: true }), { platform: { os: 'linux', architecture: 'other' } }),
    descriptor(types.manifest, manifest, { platform: { os: 'linux', architecture: ownPlatform.architecture } }),
  ];
  const index = json({ schemaVersion: 2, manifests: platforms });
  const [image] = await read([...layout(descriptor(types.index, index, named)), blob(index), blob(manifest), blob(config), blob(layer)]);
  assert.equal(image?.config.digest, digestOf(config));
  assert.deepEqual(
    image?.blobs.map(({ descriptor: { digest } }) => digest),
    [config, layer, manifest, index].map(digestOf),
  );
});

const parts = [blob(manifest), blob(config), blob(layer)];
const wrong: readonly (readonly [string, readonly TarMember[], RegExp])[] = [
  ['an empty archive', [], /neither index.json .* nor manifest.json/],
  ['a manifest.json that is no JSON', [{ path: 'manifest.json', data: Buffer.from('{') }], /manifest.json is no JSON/],
  ['a manifest.json without images', [{ path: 'manifest.json', data: json([]) }], /lists no image/],
  ['an image without a name', docker({ RepoTags: null }), /no RepoTags/],
  ['a bad name', docker({ RepoTags: ['../../etc'] }), /no image name/],
  ['a layer that is not there', docker({ Layers: ['../../../etc/shadow'] }), /it lacks \.\.\/\.\.\/\.\.\/etc\/shadow/],
  ['a layer that links to nothing', docker({ Layers: ['gone'] }, [{ path: 'gone', linkTo: '/etc/shadow' }]), /it lacks gone/],
  ['a layer that links to itself', docker({ Layers: ['loop'] }, [{ path: 'loop', linkTo: 'loop' }]), /it lacks loop/],
  ['fewer diff_ids than layers', docker({ Layers: ['layer.tar', 'layer.tar'] }), /one diff_id a layer/],
  ['a layout without a name', [...layout(descriptor(types.manifest, manifest)), ...parts], /index.json names no image/],
  [
    'a digest that is a path',
    layout({ ...descriptor(types.manifest, manifest, named), digest: 'sha256:../../x' }),
    /names a blob by no digest/,
  ],
  [
    'a blob of another size',
    [...layout({ ...descriptor(types.manifest, manifest, named), size: 1 }), ...parts],
    /not 1 as its descriptor says/,
  ],
  ['an index of other machines only', otherMachines(), /has no image for linux/],
];

function otherMachines(): TarMember[] {
  const index = json({ manifests: [descriptor(types.manifest, manifest, { platform: { os: 'plan9', architecture: 'amd64' } })] });
  return [...layout(descriptor(types.index, index, named)), blob(index), ...parts];
}

for (const [what, members, message] of wrong) {
  test(`readImageArchive() refuses ${what}`, async () => {
    await assert.rejects(read(members), (error) => hasCode(error, 'badInput') && message.test(error.message));
  });
}
