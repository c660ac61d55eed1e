/** What kubectl makes of the kubeconfigs that hooklet writes. Needs kubectl 1.30 or newer in PATH. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSecuredApi, type SecuredApi } from '../security/secured-api.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('kubectl with the kubeconfigs of hooklet', () => {
  const home = mkdtempSync(join(tmpdir(), 'hooklet-kubectl-'));
  let api: SecuredApi;

  before(async () => {
    api = await openSecuredApi({ stateDir: home });
  });
  after(async () => {
    await api.close();
    rmSync(home, { recursive: true, force: true });
  });

  function kubectl(user: 'admin' | 'viewer', line: string, ...more: readonly string[]): Promise<Ended> {
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: join(home, `${user}.kubeconfig`) };
    const child = spawn('kubectl', [...line.split(' '), ...more], { env, timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((settle, fail) => {
      child.on('error', fail);
      child.on('close', (code) => settle({ code, stdout, stderr }));
    });
  }

  it('finds the files readable by their owner only', () => {
    assert.equal(statSync(join(home, 'admin.kubeconfig')).mode & 0o777, 0o600);
    assert.equal(statSync(join(home, 'viewer.kubeconfig')).mode & 0o777, 0o600);
  });

  it('is let in with both, and told who it is', async () => {
    const admin = await kubectl('admin', 'auth whoami -o', 'jsonpath={.status.userInfo.username} {.status.userInfo.groups}');
    assert.deepEqual([admin.code, admin.stdout], [0, 'admin ["system:masters","system:authenticated"]']);
    const viewer = await kubectl('viewer', 'auth whoami -o', 'jsonpath={.status.userInfo.username}');
    assert.deepEqual([viewer.code, viewer.stdout], [0, 'viewer']);
  });

  it("prints refusals in upstream's words", async () => {
    const secrets = await kubectl('viewer', 'get secrets');
    assert.equal(
      secrets.stderr,
      'Error from server (Forbidden): secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "default"\n',
    );
    const create = await kubectl('viewer', 'create serviceaccount x');
    assert.match(
      create.stderr,
      /serviceaccounts is forbidden: User "viewer" cannot create resource "serviceaccounts" in API group "" in the namespace "default"$/m,
    );
    const raw = await kubectl('viewer', 'get --raw /debug/pprof');
    assert.match(raw.stderr, /forbidden: User "viewer" cannot get path "\/debug\/pprof"$/m);
    const nobody = await kubectl(
      'admin',
      `get pods --kubeconfig=/dev/null --server=https://127.0.0.1:${api.port} --insecure-skip-tls-verify --token=x`,
    );
    assert.match(nobody.stderr, /You must be logged in to the server \(Unauthorized\)$/m);
  });

  it('lists what one may do: auth can-i --list', async () => {
    const admin = await kubectl('admin', 'auth can-i --list');
    assert.match(admin.stdout, /^\*\.\* +\[\] +\[\] +\[\*\]$/m);
    assert.match(admin.stdout, /^ +\[\*\] +\[\] +\[\*\]$/m);
    const viewer = await kubectl('viewer', 'auth can-i --list');
    assert.match(viewer.stdout, /^pods +\[\] +\[\] +\[get list watch\]$/m);
    assert.match(viewer.stdout, /^selfsubjectaccessreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]$/m);
    assert.doesNotMatch(viewer.stdout, /secret|exec|\*\.\*|incomplete/);
    assert.equal(viewer.stderr, '');
  });

  it('answers auth can-i from the same table', async () => {
    const answers = await Promise.all(
      ['list pods', 'get secrets', 'create pods/exec', 'get /metrics', 'get /debug/pprof'].map((what) =>
        kubectl('viewer', `auth can-i ${what}`),
      ),
    );
    assert.deepEqual(
      answers.map(({ stdout }) => stdout.trim()),
      ['yes', 'no', 'no', 'yes', 'no'],
    );
  });

  it('acts for others as an administrator, and as nobody else', async () => {
    const acting = await kubectl('admin', 'get secrets --as=viewer --as-group=hooklet:viewers');
    assert.match(acting.stderr, /User "viewer" cannot list resource "secrets"/);
    const refused = await kubectl('viewer', 'get pods --as=admin');
    assert.match(
      refused.stderr,
      /users "admin" is forbidden: User "viewer" cannot impersonate resource "users" in API group "" at the cluster scope/,
    );
  });

  it('makes a token of a ServiceAccount, which says who it is and may do nothing more', async () => {
    const { stdout: token, code } = await kubectl('admin', 'create token default --duration=10m');
    assert.equal(code, 0);
    const withToken = (line: string) =>
      kubectl(
        'admin',
        `${line} --kubeconfig=/dev/null --server=https://127.0.0.1:${api.port} --insecure-skip-tls-verify --token=${token.trim()}`,
      );
    const whoami = await withToken('auth whoami -o jsonpath={.status.userInfo.username}');
    assert.equal(whoami.stdout, 'system:serviceaccount:default:default');
    assert.match((await withToken('get pods')).stderr, /User "system:serviceaccount:default:default" cannot list resource "pods"/);
    const keys = await withToken('get --raw /openid/v1/jwks');
    assert.equal(JSON.parse(keys.stdout).keys[0].alg, 'ES256');
  });
});
