/** What an exec hook is: a process inside the container, made like its first process, and nothing added to it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerCgroup } from './container-cgroup.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { container, documents, exec, podText, shell, untilTerm } from './pod-text.ts';
import { dockerArchive } from './runtime/busybox-archive.ts';

const userImage = 'localhost/hooklet-e2e/user:1';
const ODD = ['a b', '', '$(HOME)', '$(GREETING)', '$HOME', '"q"', "it's", 'line\nbreak', 'ünï→', '*', '\\n', '`id`', '--help', '-', ' '];
const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];
const MIB = 1024 * 1024;

/** `head -v` puts a line with the file's name before each. */
const facts = ['environ', 'status', 'limits', 'oom_score_adj', 'mountinfo'].map((name) => `/proc/self/${name}`);

const printsFacts = container('facts', {
  image: userImage,
  workingDir: '/var',
  env: [
    { name: 'GREETING', value: 'hello  world' },
    { name: 'EMPTY', value: '' },
    { name: 'ODD', value: 'a"b\\c\nd=ünï' },
  ],
  resources: { limits: { memory: '64Mi', cpu: '500m' } },
  lifecycle: {
    postStart: exec('head', '-v', '-c', '1000000', ...facts),
    preStop: exec('ls', '-l', '/proc/self/ns', '/proc/self/cwd', '/proc/self/root', '/proc/self/fd/0'),
  },
});
const printsArgv = container('argv', {
  image: userImage,
  lifecycle: { postStart: exec('sh', '-c', 'cat /proc/$$/cmdline; true', ...ODD), preStop: exec('wc', '-c') },
});

/** dd holds 16 MiB while nobody reads from it. */
const holds = 'dd if=/dev/zero bs=16M count=1 2>/dev/null | sleep 2';
const holding = container('holds', {
  resources: { limits: { memory: '32Mi' } },
  lifecycle: { postStart: shell(holds) },
});
const starving = container('starves', {
  command: ['sh', '-c', `echo alive; ${untilTerm}`],
  resources: { limits: { memory: '32Mi' } },
  // The kernel is asked to kill this process for it, and not the container's first one.
  lifecycle: { preStop: exec('sh', '-c', 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero') },
});

describe('an exec hook', () => {
  let hooklet: Hooklet;
  let run: HookletRun;
  const first: Record<string, { readonly pid: number; readonly of: (file: string) => string; readonly link: (file: string) => string }> =
    {};

  before(async () => {
    hooklet = await Hooklet.open();
    const archive = await hooklet.file(
      'user.tar',
      dockerArchive([{ name: userImage, config: { User: 'web', WorkingDir: '/tmp', Env: ['PATH=/bin', 'COLOUR=green'] } }]),
    );
    const imported = await hooklet.command('image', 'import', archive);
    deepEqual([imported.code, imported.stdout], [0, `${userImage}\n`], imported.stderr);
    run = hooklet.runInput(documents(podText('process', [printsFacts, printsArgv]), podText('memory', [holding, starving])));
  });
  after(async () => hooklet.close());

  const output = async (pod: string, name: string, hook: string): Promise<{ readonly stdout: string; readonly stderr: string }> => {
    const { code, stdout, stderr } = await hooklet.command('hooks', 'output', pod, '-c', name, '--hook', hook);
    equal(code, 0, stderr);
    return { stdout, stderr };
  };

  it('is in all cgroups of the first process: what memory it uses is charged to the container', async () => {
    const { containerId } = await run.untilOne('container.started', { container: 'holds' });
    const cgroup = new ContainerCgroup(await hooklet.paths(), containerId);
    equal(cgroup.memoryLimit(), 32 * MIB);
    await run.untilOne('hook.started', { container: 'holds' });
    let highest = 0;
    const seen = new Map<string, string>();
    while (run.all('hook.finished', { container: 'holds' }).length === 0) {
      highest = Math.max(highest, cgroup.memoryUsage());
      for (const pid of cgroup.pids()) seen.set(commandLine(pid), cgroupsOf(pid));
      await sleep(20);
    }
    const ofHook = seen.get(`sh -c ${holds}`);
    ok(ofHook !== undefined, `the hook is not among the processes of the cgroup: ${[...seen.keys()].join(', ')}`);
    equal(ofHook, cgroupsOf(cgroup.firstPid()), 'the hook is not in every cgroup of the first process');
    ok(highest >= 16 * MIB, `the container used at most ${highest} bytes while its hook held 16 MiB`);
    ok(cgroup.memoryUsage() < 12 * MIB, `the container still uses ${cgroup.memoryUsage()} bytes`);
    equal(run.all('hook.finished', { container: 'holds' })[0]?.outcome, 'succeeded');
  });

  it('has run in each container; the first processes are looked at before they end', async () => {
    for (const name of ['facts', 'argv']) {
      const { containerId } = await run.untilOne('container.started', { container: name });
      await run.untilOne('container.ready', { container: name });
      const pid = new ContainerCgroup(await hooklet.paths(), containerId).firstPid();
      const files = Object.fromEntries(facts.map((path) => [path, readFileSync(path.replace('self', String(pid)), 'utf8')]));
      const links = Object.fromEntries(
        [...NAMESPACES.map((ns) => `ns/${ns}`), 'cwd', 'root'].map((link) => [link, readlinkSync(`/proc/${pid}/${link}`)]),
      );
      first[name] = { pid, of: (file) => files[`/proc/self/${file}`] ?? '', link: (link) => links[link] ?? '' };
    }
    await run.untilOne('container.ready', { container: 'starves' });
    run.signal('SIGINT');
    // The hook that starved did not succeed.
    equal(await run.ended(), 1, run.stderr);
  });

  it('has the environment of the first process and nothing added', async () => {
    const seen = await printedFacts();
    equal(seen['environ'], first['facts']?.of('environ'));
    const variables = seen['environ']?.split('\0') ?? [];
    for (const variable of ['PATH=/bin', 'COLOUR=green', 'GREETING=hello  world', 'EMPTY=', 'ODD=a"b\\c\nd=ünï']) {
      ok(variables.includes(variable), `${variable} is not among ${JSON.stringify(variables)}`);
    }
  });

  it('has the user, groups, capabilities and limits of the first process', async () => {
    const seen = await printedFacts();
    const fields = /^(Uid|Gid|Groups|Umask|Cap\w+|NoNewPrivs|Seccomp):.*$/gm;
    const own: readonly string[] = seen['status']?.match(fields) ?? [];
    ok(own.includes('Uid:\t1000\t1000\t1000\t1000'), JSON.stringify(own));
    ok(own.length >= 10, JSON.stringify(own));
    deepEqual(own, first['facts']?.of('status').match(fields));
    equal(seen['limits'], first['facts']?.of('limits'));
    equal(seen['oom_score_adj'], first['facts']?.of('oom_score_adj'));
  });

  it('is in all namespaces of the first process, sees its mounts, and is in its working directory', async () => {
    const seen = await printedFacts();
    const { stdout } = await output('process', 'facts', 'preStop');
    const links = Object.fromEntries(
      [...stdout.matchAll(/ (\S+) -> (.*)$/gm)].map(([, name = '', target = '']) => [name.replace('/proc/self/', ''), target]),
    );
    for (const ns of NAMESPACES) equal(links[ns], first['facts']?.link(`ns/${ns}`), ns);
    deepEqual([links['cwd'], links['root']], ['/var', '/']);
    equal(first['facts']?.link('cwd').endsWith('/var'), true);
    equal(seen['mountinfo'], first['facts']?.of('mountinfo'));
  });

  it('gets its argv verbatim, no parameters, and an empty standard input', async () => {
    const { stdout } = await output('process', 'argv', 'postStart');
    deepEqual(stdout.split('\0'), ['sh', '-c', 'cat /proc/$$/cmdline; true', ...ODD, '']);
    deepEqual(await output('process', 'argv', 'preStop'), { stdout: '0\n', stderr: '' });
    const { stdout: links } = await output('process', 'facts', 'preStop');
    match(links, /\/proc\/self\/fd\/0 -> \/dev\/null$/m);
  });

  it('that exceeds the memory limit of its container dies by it, and the container is not blamed', () => {
    const [hook] = run.all('hook.finished', { container: 'starves', hook: 'preStop' });
    deepEqual([hook?.outcome, hook?.exitCode, hook?.reason], ['failed', 137, 'OOMKilled']);
    const [exited] = run.all('container.exited', { container: 'starves' });
    deepEqual([exited?.by, exited?.exitCode, exited?.reason], ['stop', 0, 'Completed']);
    equal(run.all('log', { container: 'starves' })[0]?.text, 'alive');
  });

  async function printedFacts(): Promise<Readonly<Record<string, string>>> {
    const { stdout } = await output('process', 'facts', 'postStart');
    const parts = stdout.split(/\n?==> \/proc\/self\/(\w+) <==\n/);
    return Object.fromEntries(parts.flatMap((name, index) => (index % 2 === 1 ? [[name, parts[index + 1] ?? '']] : [])));
  }
});

/** Empty for a process that has just ended. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const commandLine = (pid: number): string => readOrEmpty(`/proc/${pid}/cmdline`).replace(/\0$/, '').replaceAll('\0', ' ');
const cgroupsOf = (pid: number): string => readOrEmpty(`/proc/${pid}/cgroup`);
