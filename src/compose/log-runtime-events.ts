import type { Logger } from '../ports/logger.ts';
import type { RuntimeSupervisor } from '../ports/runtime-supervisor.ts';

/** What becomes of hooklet's own containerd while an agent lives; `log` is where its own words are. */
export function logRuntimeEvents(supervisor: Pick<RuntimeSupervisor, 'onEvent'>, logger: Logger, log: string): void {
  supervisor.onEvent((event) => {
    switch (event.kind) {
      case 'exited':
        return logger.warn('containerd has ended and is started again; containers go on', { log });
      case 'restarted':
        return logger.info('containerd is back', { downMs: Math.round(event.downMs) });
      case 'restartFailed':
        return logger.warn('containerd cannot be started again; no Pod is looked after until it can', {
          error: event.message,
          log,
          retryMs: event.retryMs,
        });
    }
  });
}
