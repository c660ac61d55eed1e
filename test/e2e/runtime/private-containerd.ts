/**
 * A containerd of a test's own, below one temporary folder, and its complete removal: containers, shims, mounts,
 * bridge, cgroups. It can be killed and started again, to see what survives.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CriRuntime } from '../../../src/cri/cri-runtime.ts';
import { GrpcChannel } from '../../../src/grpc/grpc-channel.ts';
import { dockerArchive } from './busybox-archive.ts';

export const images = {
  busybox: 'localhost/hooklet-test/busybox:1',
  web: 'localhost/hooklet-test/web:1',
  pause: 'localhost/hooklet-test/pause:1',
};

export class PrivateContainerd {
  readonly dir: string;
  readonly instanceId: string;
  readonly socket: string;
  readonly pipesDir: string;
  readonly bridge: string;
  readonly cgroupParent: string;
  readonly archive: string;
  #process: ChildProcess | undefined;
  #boots = 0;

  /** `dir` names what an earlier run has left, to remove it. */
  constructor(dir = mkdtempSync(join(tmpdir(), 'hkl-'))) {
    this.dir = dir;
    this.instanceId = basename(dir)
      .slice(4)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '0');
    this.socket = join(dir, 'containerd.sock');
    this.pipesDir = join(dir, 'pipes');
    this.bridge = `hklt${this.instanceId}`;
    this.cgroupParent = `/hooklet-test-${this.instanceId}`;
    this.archive = join(dir, 'images.tar');
  }

  #prepare(): void {
    if (existsSync(join(this.dir, 'cni'))) return;
    mkdirSync(join(this.dir, 'cni'));
    writeFileSync(join(this.dir, 'config.toml'), this.#config());
    writeFileSync(join(this.dir, 'cni/10-test.conflist'), this.#network());
    writeFileSync(
      this.archive,
      dockerArchive([
        { name: images.busybox },
        { name: images.web, config: { User: 'web', WorkingDir: '/tmp', StopSignal: 'SIGQUIT', Env: ['PATH=/bin', 'COLOUR=green'] } },
        { name: images.pause, config: { Entrypoint: ['/bin/sleep', '2147483647'], Cmd: null } },
      ]),
    );
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('containerd is not running');
    return pid;
  }

  async start(): Promise<void> {
    this.#prepare();
    // A test runner that loses patience sends SIGTERM: nothing may stay behind then either.
    if (this.#boots === 0) process.once('SIGTERM', () => void this.remove().finally(() => process.exit(143)));
    const log = openSync(join(this.dir, 'containerd.log'), 'a');
    const child = spawn('containerd', ['--config', join(this.dir, 'config.toml')], { stdio: ['ignore', log, log], detached: true });
    this.#process = child;
    for (let i = 0; i < 500; i++) {
      if (child.exitCode !== null)
        throw new Error(`containerd ended: ${readFileSync(join(this.dir, 'containerd.log'), 'utf8').slice(-2000)}`);
      // "successfully booted" is logged once all services, CRI too, listen.
      if (existsSync(this.socket) && bootsOf(join(this.dir, 'containerd.log')) > this.#boots) break;
      await sleep(20);
    }
    this.#boots++;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Everything that this containerd made, whatever state it is in. */
  async remove(): Promise<void> {
    await this.#removeSandboxes().catch(() => {}); // what is left is removed by force
    await this.kill();
    for (let round = 0; round < 50 && this.#killLeftovers() > 0; round++) await sleep(20);
    for (const mount of mountsBelow(this.dir)) tolerate(() => execFileSync('umount', ['-l', mount], { stdio: 'ignore' }));
    tolerate(() => execFileSync('ip', ['link', 'del', this.bridge], { stdio: 'ignore' }));
    for (const controller of readdirSync('/sys/fs/cgroup')) removeCgroup(join('/sys/fs/cgroup', controller, this.cgroupParent));
    removeCgroup(join('/sys/fs/cgroup', this.cgroupParent));
    for (const file of listDir('/var/lib/cni/results'))
      if (file.startsWith(`${this.#networkName}-`)) rmSync(join('/var/lib/cni/results', file), { force: true });
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Through the runtime, which also gives back addresses and forgets what libcni has cached. */
  async #removeSandboxes(): Promise<void> {
    if (this.#boots === 0) return;
    if (this.#process === undefined) await this.start();
    const channel = new GrpcChannel(this.socket);
    const cri = new CriRuntime(channel, this.instanceId);
    try {
      for (const { id } of await cri.listSandboxes()) {
        await cri.stopPodSandbox(id);
        await cri.removePodSandbox(id);
      }
    } finally {
      channel.close();
    }
  }

  /** Shims (they outlive containerd), what runs in our cgroups, and keepers of pipes. */
  #killLeftovers(): number {
    const own = [`-address\0${this.socket}\0`, `${this.pipesDir}/`, `--config\0${this.dir}/config.toml\0`];
    const pids = listDir('/proc')
      .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
      .filter((pid) => {
        const cmdline = read(`/proc/${pid}/cmdline`);
        return own.some((part) => cmdline.includes(part)) || read(`/proc/${pid}/cgroup`).includes(`${this.cgroupParent}/`);
      });
    for (const pid of pids) tolerate(() => process.kill(Number(pid), 'SIGKILL'));
    return pids.length;
  }

  get #networkName(): string {
    return `hooklet-test-${this.instanceId}`;
  }

  #config(): string {
    return `version = 2
root = "${this.dir}/root"
state = "${this.dir}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "${this.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${images.pause}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${this.dir}/cni"
`;
  }

  #network(): string {
    const subnet = `10.214.${Number.parseInt(this.instanceId, 36) % 256}.0/24`;
    const bridge = {
      type: 'bridge',
      bridge: this.bridge,
      isGateway: true,
      ipam: { type: 'host-local', dataDir: `${this.dir}/ipam`, ranges: [[{ subnet }]] },
    };
    return JSON.stringify({ cniVersion: '0.4.0', name: this.#networkName, plugins: [bridge] });
  }
}

const bootsOf = (log: string): number => read(log).split('containerd successfully booted').length - 1;

function mountsBelow(dir: string): string[] {
  const paths = read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return paths
    .filter((path) => path.startsWith(`${dir}/`))
    .sort()
    .reverse();
}

function removeCgroup(path: string): void {
  for (const entry of readdirSafely(path)) removeCgroup(join(path, entry));
  tolerate(() => rmdirSync(path));
}

const readdirSafely = (path: string): string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
};

const listDir = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function tolerate(action: () => void): void {
  try {
    action();
  } catch {
    // it was gone already
  }
}
