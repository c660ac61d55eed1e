import type { HostCheck, HostChecks } from '../ports/host-checks.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { Programs } from '../ports/programs.ts';
import { readHostFacts } from './host-facts.ts';
import { judgeHost } from './judge-host.ts';

export class SystemHostChecks implements HostChecks {
  readonly #paths: Pick<HostPaths, 'stateDir' | 'bridgeName'>;
  readonly #programs: Programs;

  constructor(paths: Pick<HostPaths, 'stateDir' | 'bridgeName'>, programs: Programs) {
    this.#paths = paths;
    this.#programs = programs;
  }

  async check({ quick, runtimeIsForeign }: { readonly quick: boolean; readonly runtimeIsForeign: boolean }): Promise<readonly HostCheck[]> {
    const facts = await readHostFacts({ paths: this.#paths, programs: this.#programs, quick });
    return judgeHost(facts, { ...this.#paths, runtimeIsForeign });
  }
}
