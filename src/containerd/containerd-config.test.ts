import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { containerdConfig } from './containerd-config.ts';

const paths = {
  containerdRoot: '/state/with "quotes"/containerd',
  containerdSocket: '/run/x/containerd.sock',
  runDir: '/run/x',
  cniConfigDir: '/run/x/cni',
};

/** As containerd reads it: `containerd config dump` prints what it understood. */
async function dumped(config: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hooklet-test-'));
  try {
    await writeFile(join(dir, 'config.toml'), config);
    return (await promisify(execFile)('containerd', ['--config', join(dir, 'config.toml'), 'config', 'dump'])).stdout;
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe('containerdConfig()', () => {
  it('is understood by containerd', async () => {
    const dump = await dumped(containerdConfig({ paths, snapshotter: 'native', cniBinDir: '/opt/cni/bin', mayLowerOomScore: false }));
    for (const line of [
      'root = "/state/with \\"quotes\\"/containerd"',
      'state = "/run/x/state"',
      'address = "/run/x/containerd.sock"',
      'tcp_address = ""',
      'oom_score = 0',
      'restrict_oom_score_adj = true',
      'sandbox_image = "localhost/hooklet/pause:1"',
      'snapshotter = "native"',
      'bin_dir = "/opt/cni/bin"',
      'conf_dir = "/run/x/cni"',
      'netns_mounts_under_state_dir = true',
      'Root = "/run/x/runc"',
      'SystemdCgroup = false',
      '"io.containerd.timeout.bolt.open" = "1s"',
    ]) {
      assert.ok(dump.includes(line), `${line} is missing in\n${dump}`);
    }
  });

  it('lowers OOM scores where that is allowed', async () => {
    const dump = await dumped(containerdConfig({ paths, snapshotter: 'overlayfs', cniBinDir: '/usr/lib/cni', mayLowerOomScore: true }));
    assert.ok(dump.includes('oom_score = -999'));
    assert.ok(dump.includes('restrict_oom_score_adj = false'));
    assert.ok(dump.includes('snapshotter = "overlayfs"'));
  });
});
