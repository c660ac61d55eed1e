import { join } from 'node:path';
import type { HostPaths } from '../ports/host-paths.ts';

/** The name of the image that `hooklet image base` makes for sandboxes: no registry is asked. */
export const sandboxImage = 'localhost/hooklet/pause:1';

export interface ContainerdSettings {
  readonly paths: Pick<HostPaths, 'containerdRoot' | 'containerdSocket' | 'runDir' | 'cniConfigDir'>;
  readonly snapshotter: 'overlayfs' | 'native';
  readonly cniBinDir: string;
  /** False when the agent lacks CAP_SYS_RESOURCE: then no process may be given a lower score than the agent's. */
  readonly mayLowerOomScore: boolean;
}

/** Snapshotters for file systems that we do not offer, and services nobody calls: each costs start-up time or a warning. */
const disabledPlugins = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.internal.v1.restart',
  'io.containerd.internal.v1.tracing',
  'io.containerd.tracing.processor.v1.otlp',
];

/**
 * The configuration of hooklet's own containerd, 1.6 and newer (newer ones read version 2 too). All that ends with a
 * boot lies in the run directory, runc's state and the network namespaces included: their defaults are shared by every
 * containerd of the machine.
 */
export function containerdConfig({ paths, snapshotter, cniBinDir, mayLowerOomScore }: ContainerdSettings): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return toml([
    ['', { version: 2, root: paths.containerdRoot, state: join(paths.runDir, 'state'), oom_score: mayLowerOomScore ? -999 : 0 }],
    // A containerd that cannot open its database, or cannot serve CRI, must end instead of serving the rest.
    ['', { disabled_plugins: disabledPlugins, required_plugins: ['io.containerd.metadata.v1.bolt', 'io.containerd.grpc.v1.cri'] }],
    // No [grpc] tcp_address, no [metrics] address: nothing listens beyond the Unix socket and CRI's own streaming
    // server, which cannot be turned off and answers on loopback, one token a request.
    ['grpc', { address: paths.containerdSocket }],
    ['debug', { level: 'warn' }],
    // bbolt waits for ever for the lock of the database by default. With an end to it, the second of two containerds
    // of one state directory dies by itself: the kernel's lock is what makes sure that there is one.
    ['timeouts', { 'io.containerd.timeout.bolt.open': '1s' }],
    ['plugins."io.containerd.internal.v1.opt"', { path: join(paths.containerdRoot, 'opt') }],
    [
      cri,
      {
        sandbox_image: sandboxImage,
        restrict_oom_score_adj: !mayLowerOomScore,
        netns_mounts_under_state_dir: true,
        stream_server_address: '127.0.0.1',
        stream_server_port: '0',
      },
    ],
    [`${cri}.cni`, { bin_dir: cniBinDir, conf_dir: paths.cniConfigDir }],
    [`${cri}.containerd`, { snapshotter, default_runtime_name: 'runc' }],
    [`${cri}.containerd.runtimes.runc`, { runtime_type: 'io.containerd.runc.v2' }],
    [`${cri}.containerd.runtimes.runc.options`, { Root: join(paths.runDir, 'runc'), SystemdCgroup: false }],
  ]);
}

type TomlValue = string | number | boolean | readonly string[];

/** Strings of JSON are strings of TOML, and so are lists of them. */
function toml(sections: readonly (readonly [string, Readonly<Record<string, TomlValue>>])[]): string {
  const lines: string[] = [];
  for (const [name, values] of sections) {
    if (name !== '') lines.push('', `[${name}]`);
    for (const [key, value] of Object.entries(values))
      lines.push(`${/^\w+$/.test(key) ? key : JSON.stringify(key)} = ${JSON.stringify(value)}`);
  }
  return `${lines.join('\n')}\n`;
}
