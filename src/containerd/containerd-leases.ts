import type { RpcChannel } from '../ports/rpc-channel.ts';
import type { RuntimeLeases } from '../ports/runtime-leases.ts';
import { callDeadlineMs, kubernetesNamespace } from './containerd-content.ts';
import { LeasesDefinition } from './gen/containerd-leases.ts';

/** A call that makes something holds a lease of 24 h meanwhile; a containerd that is killed in it never gives it back. */
export class ContainerdLeases implements RuntimeLeases {
  readonly #channel: RpcChannel;

  constructor(channel: RpcChannel) {
    this.#channel = channel;
  }

  async dropBefore(wallMs: number): Promise<void> {
    const call = { service: LeasesDefinition, deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;
    const { leases } = await this.#channel.unary({ ...call, method: 'list', request: { filters: [] } });
    for (const { id, createdAt } of leases) {
      if (createdAt !== undefined && createdAt.getTime() < wallMs)
        await this.#channel.unary({ ...call, method: 'delete', request: { id } });
    }
  }
}
