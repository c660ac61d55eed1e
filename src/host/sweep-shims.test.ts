import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import { settleTransients } from './settle-transients.ts';
import { sweepShims } from './sweep-shims.ts';

const socket = '/run/hooklet/1/containerd.sock';
const shim = 'containerd-shim-runc-v2';
const shimArgv = (address: string, id: string, ...rest: readonly string[]) => [
  `/usr/bin/${shim}`,
  '-namespace',
  'k8s.io',
  '-id',
  id,
  '-address',
  address,
  ...rest,
];

class FakeProcesses implements HostProcesses {
  readonly signalled: number[] = [];
  readonly #all: { readonly process: HostProcess; readonly env: Readonly<Record<string, string>> }[] = [];

  add(argv: readonly string[], env: Readonly<Record<string, string>> = {}): number {
    const pid = 100 + this.#all.length;
    this.#all.push({ process: { pid, parentPid: 1, startTicks: '1', argv }, env });
    return pid;
  }
  end(pid: number): void {
    this.#all.splice(
      this.#all.findIndex(({ process }) => process.pid === pid),
      1,
    );
  }
  find(...programs: readonly string[]): readonly HostProcess[] {
    return this.#all.map(({ process }) => process).filter(({ argv }) => programs.includes(argv[0]?.split('/').at(-1) ?? ''));
  }
  variableOf({ pid }: HostProcess, name: string): string | undefined {
    return this.#all.find(({ process }) => process.pid === pid)?.env[name];
  }
  isAlive({ pid }: HostProcess): boolean {
    return this.#all.some(({ process }) => process.pid === pid);
  }
  signal({ pid }: HostProcess): boolean {
    this.signalled.push(pid);
    return true;
  }
}

const lives = (id: string) => id === 'alive';

describe('sweepShims()', () => {
  it('kills the shims of our containerd whose sandbox does not live, and no others', () => {
    const processes = new FakeProcesses();
    const dead = processes.add(shimArgv(socket, 'dead'));
    processes.add(shimArgv(socket, 'alive'));
    processes.add(shimArgv('/run/containerd/containerd.sock', 'dead'));
    processes.add(shimArgv(`${socket}.other`, 'dead'));
    processes.add(shimArgv(socket, 'dead', 'start'));
    processes.add([`/usr/bin/${shim}`, '-v']);
    assert.deepEqual(sweepShims(processes, socket, lives), [{ kind: 'shim', name: 'dead' }]);
    assert.deepEqual(processes.signalled, [dead]);
  });
});

describe('settleTransients()', () => {
  const setUp = () => {
    const processes = new FakeProcesses();
    const clock = new ManualClock();
    let swept: readonly unknown[] | undefined;
    const settle = () => {
      void settleTransients({ paths: { runDir: '/run/hooklet/1', containerdSocket: socket }, processes, clock }, lives).then((result) => {
        swept = result;
      });
    };
    return { processes, clock, settle, result: () => swept };
  };

  const ours: Readonly<Record<string, readonly [readonly string[], Readonly<Record<string, string>>?]>> = {
    'a shim that only starts another': [shimArgv(socket, 'dead', 'start')],
    'a runc that makes a container': [['runc', '--root', '/run/hooklet/1/runc/k8s.io', 'create', '--bundle', '/b', 'dead']],
    'a CNI plugin': [['/usr/lib/cni/bridge'], { CNI_NETNS: '/run/hooklet/1/state/netns/a', CNI_CONTAINERID: 'dead' }],
  };
  for (const [what, [argv, env]] of Object.entries(ours)) {
    it(`waits for ${what}`, async () => {
      const { processes, clock, settle, result } = setUp();
      const pid = processes.add(argv, env);
      settle();
      await clock.advance(1000);
      assert.equal(result(), undefined);
      processes.end(pid);
      await clock.advance(10);
      assert.deepEqual(result(), []);
      assert.deepEqual(processes.signalled, []);
    });
  }

  it('kills what does not end in time', async () => {
    const { processes, clock, settle, result } = setUp();
    const pid = processes.add(shimArgv(socket, 'dead', 'start'));
    settle();
    await clock.advance(5000);
    assert.deepEqual(processes.signalled, [pid]);
    assert.equal(result()?.length, 1);
  });

  it('does not wait for what belongs to others, to the living, or serves', async () => {
    const { processes, clock, settle, result } = setUp();
    processes.add(shimArgv(socket, 'alive', 'start'));
    processes.add(shimArgv(socket, 'dead'));
    processes.add(['runc', '--root', '/run/hooklet/1/runc/k8s.io', 'exec', 'alive']);
    processes.add(['runc', '--root', '/run/containerd/runc/k8s.io', 'create', 'dead']);
    processes.add(['/usr/lib/cni/bridge'], { CNI_NETNS: '/run/hooklet/12/state/netns/a', CNI_CONTAINERID: 'dead' });
    processes.add(['bridge', 'link']);
    settle();
    await clock.settle();
    assert.deepEqual(result(), []);
  });
});
