/** A runtime in memory, on a clock that the test moves: it does what its script says, and outlives the agent. */

import type { Clock } from '../ports/clock.ts';
import type { ContainerSignals } from '../ports/container-signals.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RuntimeEvents } from '../ports/runtime-events.ts';
import { ScriptedContainers } from './scripted-containers.ts';
import { ScriptedExecs } from './scripted-execs.ts';
import type { Script } from './scripted-programs.ts';
import { ScriptedWorld } from './scripted-world.ts';

export class ScriptedRuntime implements Runtime {
  readonly world: ScriptedWorld;
  readonly cri: ScriptedContainers;
  readonly nativeExec: ScriptedExecs;
  readonly signals: ContainerSignals;
  readonly events: RuntimeEvents;

  /** Counts agents. */
  #agent = 1;

  constructor(clock: Clock, script: Script = {}) {
    const world = new ScriptedWorld(clock, script);
    this.world = world;
    this.cri = new ScriptedContainers(world);
    this.nativeExec = new ScriptedExecs(world);
    this.signals = {
      kill: async (containerId, signal) => {
        const container = world.containers.get(containerId);
        world.faults.call(
          'kill',
          `${container?.state.name ?? containerId} ${signal}`,
          () => container !== undefined && world.signal(container, signal),
        );
      },
      imageStopSignal: async () => script.stopSignal,
    };
    this.events = {
      subscribe: (listener) => {
        world.listeners.add(listener);
        return () => world.listeners.delete(listener);
      },
    };
  }

  /**
   * The runtime as one agent sees it: once that agent is killed (`disown`), its calls are never answered and do nothing,
   * while the world goes on.
   */
  forNextAgent(offered: Runtime = this): Runtime {
    const agent = this.#agent;
    const guard = <T extends object>(part: T): T =>
      new Proxy(part, { get: (target, name) => guardedMember(target, name, () => agent === this.#agent) });
    const { cri, nativeExec, signals, events } = offered;
    return {
      cri: guard(cri),
      ...(nativeExec === undefined ? {} : { nativeExec: guard(nativeExec) }),
      ...(signals === undefined ? {} : { signals: guard(signals) }),
      ...(events === undefined ? {} : { events }),
      close: () => {},
    };
  }

  disown(): void {
    this.#agent += 1;
  }

  close(): void {
    this.world.listeners.clear();
  }
}

/** A method that neither acts nor answers once its caller is dead; a reply that arrives after the death is lost. */
function guardedMember(target: object, name: string | symbol, isAlive: () => boolean): unknown {
  const member: unknown = Reflect.get(target, name, target);
  if (typeof member !== 'function') return member;
  return (...args: readonly unknown[]): unknown => {
    if (!isAlive()) return new Promise(() => {});
    const result: unknown = Reflect.apply(member, target, args);
    if (!(result instanceof Promise)) return result;
    return new Promise((resolve, reject) => {
      result.then(
        (value) => isAlive() && resolve(value),
        (error: unknown) => isAlive() && reject(error),
      );
    });
  };
}
