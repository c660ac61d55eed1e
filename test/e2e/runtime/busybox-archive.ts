/** Image archives made of this machine's static busybox, in the form of `docker save`. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TarMember, tarFile } from './tar-file.ts';

export interface ImageToMake {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export function busyboxLayer(): Buffer {
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((applet) => applet !== 'busybox');
  const folders: TarMember[] = ['bin', 'etc', 'tmp', 'var', 'home'].map((path) => ({
    path,
    directory: true,
    mode: path === 'tmp' ? 0o1777 : 0o755,
  }));
  return tarFile([
    ...folders,
    { path: 'etc/passwd', data: Buffer.from('root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000:web:/home:/bin/sh\n'), mode: 0o644 },
    { path: 'etc/group', data: Buffer.from('root:x:0:\nweb:x:1000:\n'), mode: 0o644 },
    { path: 'bin/busybox', data: readFileSync(busybox) },
    ...applets.map((applet) => ({ path: `bin/${applet}`, linkTo: 'busybox' })),
  ]);
}

export function dockerArchive(images: readonly ImageToMake[]): Buffer {
  const layer = busyboxLayer();
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const members: TarMember[] = [{ path: 'base/layer.tar', data: layer }];
  const manifest = images.map(({ name, config = {} }, i) => {
    const json = {
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], ...config },
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [],
    };
    members.push({ path: `${i}.json`, data: Buffer.from(JSON.stringify(json)) });
    return { Config: `${i}.json`, RepoTags: [name], Layers: ['base/layer.tar'] };
  });
  return tarFile([...members, { path: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)) }]);
}
