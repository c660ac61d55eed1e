import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Program, Script } from '../../src/fakes/scripted-programs.ts';
import type { Container, PodSpec } from '../../src/model/pod.ts';
import { container, exec, pod, Scenario } from './scenario.ts';

const init = (name: string, more: Partial<Container> = {}): Container => container(name, more);
const sidecar = (name: string, more: Partial<Container> = {}): Container => container(name, { restartPolicy: 'Always', ...more });

/** Programs by container: a list gives one an instance, the last one for all that follow. */
type Programs = Readonly<Record<string, Program | readonly Program[]>>;

const scripted = (programs: Programs, exec: Script['exec'] = () => ({ takesMs: 0, exitCode: 0 })): Script => ({
  program: (name, restartCount) => {
    const own = programs[name] ?? {};
    return Array.isArray(own) ? ((own[restartCount] ?? own.at(-1)) as Program) : (own as Program);
  },
  exec,
});

async function started(programs: Programs, initContainers: readonly Container[], spec: Partial<PodSpec> = {}): Promise<Scenario> {
  const scenario = new Scenario(scripted(programs));
  await scenario.start(pod('demo', [container('main')], { initContainers, ...spec }));
  return scenario;
}

const lifeOf = (scenario: Scenario): readonly string[] =>
  scenario.timeline().filter((line) => /container\.(started|ready|unready|exited|restarting)|pod\.(ended|restarting)/.test(line));

const ends = (endsAfterMs: number, exitCode = 0): Program => ({ endsAfterMs, exitCode });

describe('init containers', () => {
  it('run one after the other, each to its end, before a regular container starts', async () => {
    const scenario = await started({ one: ends(1000), two: ends(2000) }, [init('one'), init('two')]);
    await scenario.clock.advance(5000);
    deepEqual(lifeOf(scenario), [
      '0.0 one container.started',
      '0.0 one container.unready',
      '1.0 one container.exited 0 self',
      '1.0 two container.started',
      '1.0 two container.unready',
      '3.0 two container.exited 0 self',
      '3.0 main container.started',
      '3.0 main container.ready',
    ]);
  });

  it('that fails is started again, with the crash back-off, and holds everything else back', async () => {
    const scenario = await started({ one: [ends(1000, 1), ends(1000, 1), ends(1000)] }, [init('one')]);
    await scenario.clock.advance(30_000);
    deepEqual(
      lifeOf(scenario).filter((line) => !line.includes('ready')),
      [
        '0.0 one container.started',
        '1.0 one container.exited 1 self',
        '1.0 one container.restarting 0',
        '1.0 one container.started',
        '2.0 one container.exited 1 self',
        '2.0 one container.restarting 10000',
        '12.0 one container.started',
        '13.0 one container.exited 0 self',
        '13.0 main container.started',
      ],
    );
  });

  it('that fails in a Pod that never restarts fails the Pod', async () => {
    const scenario = await started({ one: ends(1000, 3) }, [init('one'), init('two')], { restartPolicy: 'Never' });
    await scenario.clock.advance(5000);
    deepEqual(lifeOf(scenario).slice(2), ['1.0 one container.exited 3 self', '1.0 pod.ended Failed']);
  });

  it('is not run again when a regular container is restarted', async () => {
    const scenario = await started({ one: ends(1000), main: [ends(1000, 1), {}] }, [init('one')]);
    await scenario.clock.advance(60_000);
    equal(lifeOf(scenario).filter((line) => line.includes('one container.started')).length, 1);
    equal(lifeOf(scenario).filter((line) => line.includes('main container.started')).length, 2);
  });

  it('run again after a reboot, before the regular containers', async () => {
    const scenario = await started({ one: ends(1000) }, [init('one')]);
    await scenario.clock.advance(5000);
    await scenario.reboot();
    await scenario.start(pod('demo', [container('main')], { initContainers: [init('one')] }));
    await scenario.clock.advance(5000);
    const starts = lifeOf(scenario).filter((line) => line.includes('container.started'));
    deepEqual(
      starts.map((line) => line.split(' ')[1]),
      ['one', 'main', 'one', 'main'],
    );
  });

  it('of a Pod that is deleted meanwhile is stopped, and nothing after it starts', async () => {
    const scenario = await started({ one: ends(100_000) }, [init('one')]);
    await scenario.clock.advance(5000);
    await scenario.delete();
    await scenario.clock.advance(40_000);
    deepEqual(scenario.stops(), [
      '5.0 one signal.sent SIGTERM',
      '5.0 one container.exited 143 stop',
      '5.0 pod.ended Failed',
      '5.0 pod.removed',
    ]);
  });
});

describe('sidecars', () => {
  it('start in order, stay, and do not hold the Pod back once they run', async () => {
    const scenario = await started({ setup: ends(1000) }, [sidecar('proxy'), init('setup'), sidecar('logs')]);
    await scenario.clock.advance(5000);
    deepEqual(
      lifeOf(scenario).filter((line) => line.includes('started')),
      ['0.0 proxy container.started', '0.0 setup container.started', '1.0 logs container.started', '1.0 main container.started'],
    );
  });

  it('with a postStart hold the next container back until it has succeeded', async () => {
    const script = scripted({}, () => ({ takesMs: 3000, exitCode: 0 }));
    const scenario = new Scenario(script);
    await scenario.start(
      pod('demo', [container('main')], { initContainers: [sidecar('proxy', { lifecycle: { postStart: exec('wait') } })] }),
    );
    await scenario.clock.advance(10_000);
    deepEqual(lifeOf(scenario), [
      '0.0 proxy container.started',
      '3.0 proxy container.ready',
      '3.0 main container.started',
      '3.0 main container.ready',
    ]);
  });

  it('that end are started again, whatever the policy of the Pod', async () => {
    const scenario = await started({ proxy: [ends(1000), {}] }, [sidecar('proxy')], { restartPolicy: 'Never' });
    await scenario.clock.advance(5000);
    equal(lifeOf(scenario).filter((line) => line.includes('proxy container.started')).length, 2);
  });

  it('are stopped in reverse order once the regular containers are done, and do not count for the phase', async () => {
    const slow = { onSignal: { SIGTERM: { afterMs: 1000, exitCode: 1 } } };
    const scenario = await started({ main: ends(5000), proxy: slow, logs: slow }, [sidecar('proxy'), sidecar('logs')], {
      restartPolicy: 'Never',
    });
    await scenario.clock.advance(40_000);
    deepEqual(scenario.stops(), [
      '5.0 main container.exited 0 self',
      '5.0 logs signal.sent SIGTERM',
      '6.0 logs container.exited 1 stop',
      '6.0 proxy signal.sent SIGTERM',
      '7.0 proxy container.exited 1 stop',
      '7.0 pod.ended Succeeded',
    ]);
  });

  it('begin their preStop together with everybody else’s; only the signal waits', async () => {
    const hook = { lifecycle: { preStop: exec('drain') } };
    const script = scripted({ main: { onSignal: { SIGTERM: { afterMs: 2000, exitCode: 0 } } } }, () => ({ takesMs: 1000, exitCode: 0 }));
    const scenario = new Scenario(script);
    await scenario.start(pod('demo', [container('main', hook)], { initContainers: [sidecar('proxy', hook)] }));
    await scenario.clock.advance(5000);
    await scenario.delete(30);
    await scenario.clock.advance(40_000);
    deepEqual(scenario.stops().slice(0, 8), [
      '5.0 proxy hook.started preStop exec #1',
      '5.0 main hook.started preStop exec #1',
      '6.0 proxy hook.finished preStop succeeded',
      '6.0 main hook.finished preStop succeeded',
      '6.0 main signal.sent SIGTERM',
      '8.0 main container.exited 0 stop',
      '8.0 proxy signal.sent SIGTERM',
      '8.0 proxy container.exited 143 stop',
    ]);
  });

  it('are all signalled at once when the grace is used up', async () => {
    const stubborn = { onSignal: { SIGTERM: 'ignored' } } as const;
    const scenario = await started({ main: stubborn, proxy: stubborn, logs: stubborn }, [sidecar('proxy'), sidecar('logs')]);
    await scenario.clock.advance(5000);
    await scenario.delete(10);
    await scenario.clock.advance(40_000);
    deepEqual(
      scenario.stops().filter((line) => line.includes('signal')),
      [
        '5.0 main signal.sent SIGTERM',
        '15.0 main signal.sent SIGKILL',
        '15.0 proxy signal.sent SIGTERM',
        '15.0 logs signal.sent SIGTERM',
        '17.0 proxy signal.sent SIGKILL',
        '17.0 logs signal.sent SIGKILL',
      ],
    );
  });

  it('of a Pod whose init container fails for good are stopped, and the Pod fails', async () => {
    const scenario = await started({ setup: ends(1000, 1) }, [sidecar('proxy'), init('setup')], { restartPolicy: 'Never' });
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops(), [
      '1.0 setup container.exited 1 self',
      '1.0 proxy signal.sent SIGTERM',
      '1.0 proxy container.exited 143 stop',
      '1.0 pod.ended Failed',
    ]);
  });
});

describe('activeDeadlineSeconds', () => {
  it('ends the Pod with preStop and grace, and fails it', async () => {
    const scenario = new Scenario(scripted({}));
    await scenario.start(pod('demo', [container('main', { lifecycle: { preStop: exec('drain') } })], { activeDeadlineSeconds: 20 }));
    await scenario.clock.advance(60_000);
    deepEqual(scenario.stops(), [
      '20.0 main hook.started preStop exec #1',
      '20.0 main hook.finished preStop succeeded',
      '20.0 main signal.sent SIGTERM',
      '20.0 main container.exited 143 stop',
      '20.0 pod.ended Failed',
    ]);
    equal(
      scenario.timeline().some((line) => line.includes('DeadlineExceeded')),
      true,
    );
  });
});

describe('a restart of all containers by a rule', () => {
  it('kills the others without preStop and begins with the init containers', async () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }] as const;
    const scenario = new Scenario(scripted({ setup: ends(1000), worker: [ends(5000, 42), {}] }));
    const worker = container('worker', { restartPolicy: 'Never', restartPolicyRules: rules });
    const main = container('main', { lifecycle: { preStop: exec('drain') } });
    await scenario.start(pod('demo', [main, worker], { initContainers: [init('setup')], restartPolicy: 'Never' }));
    await scenario.clock.advance(30_000);
    deepEqual(
      lifeOf(scenario).filter((line) => !line.includes('ready')),
      [
        '0.0 setup container.started',
        '1.0 setup container.exited 0 self',
        '1.0 main container.started',
        '1.0 worker container.started',
        '6.0 worker container.exited 42 self',
        '6.0 pod.restarting',
        '6.0 main container.exited 143 stop',
        '6.0 setup container.started',
        '7.0 setup container.exited 0 self',
        '7.0 main container.restarting 0',
        '7.0 main container.started',
        '7.0 worker container.restarting 0',
        '7.0 worker container.started',
      ],
    );
    deepEqual(
      scenario.stops().filter((line) => line.includes('preStop')),
      ['6.0 main hook.skipped preStop graceZero'],
    );
  });
});
