/** What a Pod's and a container's securityContext, namespaces, name and DNS are inside of real containers, for hooks too. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ContainerCgroup } from './container-cgroup.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { documents } from './pod-text.ts';
import { dockerArchive } from './runtime/busybox-archive.ts';
import {
  allowed,
  armoured,
  asHost,
  careful,
  filtered,
  forbidden,
  interactive,
  locked,
  NO_MKDIR,
  namedUser,
  numberedUser,
  ofHost,
  privileged,
  resolving,
  separate,
  shared,
  sysctls,
} from './security-pods.ts';

/** What a process may be and do, in the words of proc_pid_status(5). */
const IDENTITY = /^(Uid|Gid|Groups|Umask|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):.*$/gm;
const identityOf = (status: string): Readonly<Record<string, string>> =>
  Object.fromEntries((status.match(IDENTITY) ?? []).map((line) => line.split(/:\s*/, 2) as [string, string]));

describe('the security of a container', () => {
  let hooklet: Hooklet;
  let run: HookletRun;

  before(async () => {
    hooklet = await Hooklet.open();
    const archive = await hooklet.file(
      'users.tar',
      dockerArchive([
        { name: namedUser, config: { User: 'web', Env: ['PATH=/bin'] } },
        { name: numberedUser, config: { User: '1000:1000', Env: ['PATH=/bin'] } },
      ]),
    );
    const imported = await hooklet.command('image', 'import', archive);
    equal(imported.code, 0, imported.stderr);
    const { seccompDir } = await hooklet.paths();
    mkdirSync(join(seccompDir, 'below'), { recursive: true });
    writeFileSync(join(seccompDir, 'below/no-mkdir.json'), JSON.stringify(NO_MKDIR));
    run = hooklet.runInput(
      documents(
        locked,
        privileged,
        filtered,
        careful,
        sysctls,
        allowed,
        forbidden,
        armoured,
        shared,
        separate,
        ofHost,
        resolving,
        asHost,
        interactive,
      ),
      '--allowed-unsafe-sysctls',
      'net.core.*',
    );
  });
  after(async () => hooklet.close());

  const output = async (pod: string, name: string, hook = 'postStart'): Promise<string> => {
    await run.untilOne('hook.finished', { pod, container: name, hook: hook as 'postStart' });
    const { code, stdout, stderr } = await hooklet.command('hooks', 'output', pod, '-c', name, '--hook', hook);
    equal(code, 0, stderr);
    return stdout;
  };
  const lines = async (pod: string, name: string): Promise<readonly string[]> => (await output(pod, name)).trimEnd().split('\n');
  const logOf = (pod: string, name: string) => run.all('log', { pod, container: name }).map(({ text }) => text);
  const failure = async (pod: string, name: string) => {
    const { reason, message } = await run.untilOne('container.failed', { pod, container: name });
    return { reason, message: message.replace(/\([-0-9a-f]{36}\)/, '(uid)') };
  };
  const firstOf = async (pod: string, name: string): Promise<number> => {
    const { containerId } = await run.untilOne('container.started', { pod, container: name });
    await run.untilOne('container.ready', { pod, container: name });
    return new ContainerCgroup(await hooklet.paths(), containerId).firstPid();
  };

  it('user, groups, capabilities, no_new_privs and filter are as the Pod asks, and the container before the Pod', async () => {
    const main = identityOf(await output('locked', 'main'));
    deepEqual([main['Uid'], main['Gid'], main['Groups']?.trim()], ['1234\t1234\t1234\t1234', '2345\t2345\t2345\t2345', '77 88 2345']);
    // CAP_NET_BIND_SERVICE is 10, CAP_KILL is 5; who is not root has them in its bounding set only.
    deepEqual([main['CapBnd'], main['CapEff'], main['NoNewPrivs'], main['Seccomp']], ['0000000000000420', '0000000000000000', '1', '2']);
    const root = identityOf(await output('locked', 'root'));
    deepEqual([root['Uid'], root['Groups']?.trim().split(' ').sort()], ['0\t0\t0\t0', ['0', '77', '88']]);
    // The runtime's own set without CAP_CHOWN, which is 0.
    deepEqual([root['CapEff'], root['NoNewPrivs'], root['Seccomp']], ['00000000a80425fa', '0', '0']);
    const plain = identityOf(await output('locked', 'plain'));
    deepEqual([plain['Uid'], plain['CapBnd'], plain['NoNewPrivs']], ['1234\t1234\t1234\t1234', '00000000a80425fb', '0']);
  });

  it('an exec hook is what the container’s first process is: user, rights, filter, cgroups, environment, directory', async () => {
    const pid = await firstOf('locked', 'main');
    const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
    const seen = await output('locked', 'main');
    deepEqual(identityOf(seen), identityOf(read('status')));
    ok(Object.keys(identityOf(seen)).length === 11, JSON.stringify(identityOf(seen)));
    ok(seen.includes(read('cgroup')), `${seen}\ndoes not have\n${read('cgroup')}`);
    ok(seen.includes(read('environ')) && seen.includes('COLOUR=green'), seen);
  });

  it('an exec probe has run', async () => {
    await run.untilOne('container.ready', { pod: 'locked', container: 'probed' });
  });

  it('readOnlyRootFilesystem: nothing can be written there', async () => {
    await run.until((record) => record.type === 'log' && record.pod === 'default/locked' && record.text.includes('/tmp/made'));
    deepEqual(logOf('locked', 'main'), [
      'touch: /made: Read-only file system',
      "mkdir: can't create directory '/tmp/made': Read-only file system",
    ]);
  });

  it('privileged: all rights of the agent’s own, no filter, and nothing of it for the container beside it', async () => {
    const all = await output('privileged', 'main');
    const main = identityOf(all);
    const { CapBnd } = identityOf(readFileSync('/proc/self/status', 'utf8'));
    deepEqual([main['CapEff'], main['Seccomp']], [CapBnd, '0']);
    const beside = await output('privileged', 'beside');
    equal(identityOf(beside)['CapEff'], '00000000a80425fb');
    match(all, /^written$/m);
    match(beside, /domainname: Read-only file system$/m);
  });

  it('seccompProfile Localhost: a profile of the node filters, hooks too; one that is not there cannot be had', async () => {
    const refused = "mkdir: can't create directory";
    await run.until((record) => record.type === 'log' && record.text === 'still here');
    deepEqual(logOf('filtered', 'main'), [`${refused} '/tmp/a': Operation not permitted`, 'still here']);
    equal(await output('filtered', 'main'), `${refused} '/tmp/b': Operation not permitted\n`);
    const { reason, message } = await failure('filtered', 'missing');
    equal(reason, 'CreateContainerError');
    match(message, /seccomp\/not-there\.json: no such file or directory/);
  });

  it('runAsNonRoot: only who is known not to be root may run', async () => {
    const of = (name: string): string => `(pod: "careful_default(uid)", container: ${name})`;
    const reason = 'CreateContainerConfigError';
    deepEqual(await failure('careful', 'root'), { reason, message: `container has runAsNonRoot and image will run as root ${of('root')}` });
    deepEqual(await failure('careful', 'named'), {
      reason,
      message: `container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root ${of('named')}`,
    });
    deepEqual(await failure('careful', 'zero'), { reason, message: `container's runAsUser breaks non-root policy ${of('zero')}` });
    equal(identityOf(await output('careful', 'numbered'))['Uid'], '1000\t1000\t1000\t1000');
    equal(identityOf(await output('careful', 'chosen'))['Uid'], '7\t7\t7\t7');
  });

  it('sysctls: safe ones are set, by either name, and those that the node allows; others reject the Pod', async () => {
    deepEqual((await lines('sysctls', 'main')).slice(0, 2), ['123', '1']);
    deepEqual(await lines('allowed', 'main'), ['77']);
    const { reason, message } = await run.untilOne('pod.rejected', { pod: 'forbidden' });
    deepEqual([reason, message], ['SysctlForbidden', 'forbidden sysctl: "kernel.msgmax" not allowlisted']);
    deepEqual(run.types('forbidden'), ['pod.accepted', 'pod.rejected', 'event', 'pod.ended']);
  });

  it('appArmorProfile: rejects the Pod where the kernel has no AppArmor', async () => {
    if (existsSync('/sys/kernel/security/apparmor')) return;
    const { reason, message } = await run.untilOne('pod.rejected', { pod: 'armoured' });
    deepEqual([reason, message], ['AppArmor', 'Cannot enforce AppArmor: AppArmor is not enabled on the host']);
  });

  it('hostname, subdomain and setHostnameAsFQDN: the name that the container sees', async () => {
    equal((await lines('sysctls', 'main'))[2], 'mine.sub.default.svc.cluster.local');
    equal((await lines('shared', 'a'))[4], 'both');
    equal((await lines('separate', 'a'))[4], 'separate');
  });

  it('shareProcessNamespace: the containers of a Pod see each other’s processes, and otherwise they do not', async () => {
    const [a, b] = [await lines('shared', 'a'), await lines('shared', 'b')];
    equal(a[0], b[0]);
    ok(b.includes('sleep 4321') && b.some((line) => line.includes('trap "exit 0" TERM')), b.join('\n'));
    const [c, d] = [await lines('separate', 'a'), await lines('separate', 'b')];
    ok(c[0] !== d[0] && !d.some((line) => line.includes('trap')), d.join('\n'));
    // IPC and network are the Pod's in any case.
    deepEqual(c.slice(1, 3), d.slice(1, 3));
    ok([a, c].every((one) => one[1] !== readlinkSync('/proc/self/ns/ipc') && one[0] !== readlinkSync('/proc/self/ns/pid')));
  });

  it('hostPID, hostIPC, hostNetwork: the namespaces of the machine', async () => {
    const own = ['pid', 'ipc', 'net', 'uts'].map((ns) => readlinkSync(`/proc/self/ns/${ns}`));
    const seen = await lines('ofhost', 'main');
    deepEqual(seen.slice(0, 5), [...own, hostname()]);
    ok(Number(seen[5]) > 10 && seen.some((line) => line.includes('containerd')), seen.join('\n'));
  });

  it('dnsPolicy and dnsConfig: what stands in resolv.conf', async () => {
    deepEqual(await lines('resolving', 'main'), [
      'search a.example b.example',
      'nameserver 192.0.2.1',
      'nameserver 192.0.2.2',
      'options ndots:2 rotate',
    ]);
    const ofHost = await lines('ashost', 'main');
    for (const [, server] of readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^nameserver\s+(\S+)/gm))
      ok(ofHost.includes(`nameserver ${server}`), ofHost.join('\n'));
    ok(
      ofHost.some((line) => /^search .*added\.example$/.test(line)),
      ofHost.join('\n'),
    );
  });

  it('stdin and tty: who reads waits for somebody, and otherwise reads nothing; a hook has no terminal', async () => {
    const closed = await run.untilOne('container.exited', { pod: 'interactive', container: 'closed' });
    deepEqual([closed.exitCode, closed.by], [0, 'self']);
    await run.until((record) => record.type === 'log' && record.text.startsWith('a terminal'));
    deepEqual(
      logOf('interactive', 'tty').map((line) => line.replace(/\d+\r?$|\r$/, '')),
      ['/dev/pts/', 'a terminal'],
    );
    deepEqual(run.all('container.exited', { pod: 'interactive', container: 'stdin' }), []);
    equal(await output('interactive', 'tty'), 'not a tty\n');
  });

  it('ends, and preStop ran as whom postStart did, and so did an exec probe', async () => {
    run.signal('SIGINT');
    // Some of its Pods were refused.
    equal(await run.ended(), 1, run.stderr);
    const preStop = await output('locked', 'main', 'preStop');
    deepEqual(identityOf(preStop), identityOf(await output('locked', 'main')));
    match(preStop, /\/tmp\n$/);
    const [probe, hook] = [await output('locked', 'probed', 'preStop'), await output('locked', 'probed')];
    deepEqual(identityOf(probe), identityOf(hook));
    equal(identityOf(probe)['NoNewPrivs'], '1');
    const cgroups = /^\d+:[a-z=,]*:\/.*$/gm;
    ok((probe.match(cgroups) ?? []).length > 0, probe);
    deepEqual(probe.match(cgroups), hook.match(cgroups));
    match(run.stderr, /default\/forbidden was rejected: forbidden sysctl/);
  });
});
