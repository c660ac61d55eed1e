/** `hooklet up` on this machine: options, signals and messages around `openUp`. */
import { resolve } from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { nodeOptions, podSettings } from './node-options.ts';
import { notifySystemd } from './notify-systemd.ts';
import { onStopSignals } from './stop-signals.ts';
import type { UpCommandOptions } from './up.ts';

export async function runUp(options: UpCommandOptions, context: CommandContext): Promise<ExitCode> {
  const logger = options.logFormat === 'json' ? jsonLogger() : context.logger;
  const stop = new StopWishes();
  const stopListening = onStopSignals(() => stop.add());
  try {
    const { openUp } = await import('../compose/open-up.ts');
    const up = await openUp({
      ...nodeOptions(options, context),
      listen: options.listen,
      settings: podSettings(options),
      logger,
      ...(options.nodeName === undefined ? {} : { nodeName: options.nodeName }),
      ...(options.manifests === undefined ? {} : { manifestsDir: resolve(options.manifests) }),
    });
    logger.info('the API is up', { url: up.url, node: up.nodeName, kubeconfig: up.kubeconfig });
    if (options.logFormat === 'text')
      context.say(`serving ${up.url} as node ${up.nodeName}\nuse it with: export KUBECONFIG=${up.kubeconfig}`);
    await notifySystemd('READY=1');
    await stop.first;
    await notifySystemd('STOPPING=1');
    let drained = false;
    if (options.drainOnExit) {
      context.say('ending the Pods gracefully; once more (Ctrl-C) leaves them as they are');
      drained = await Promise.race([up.drain().then(() => true), stop.second.then(() => false)]);
    }
    await up.close({ stopRuntime: drained });
    return 0;
  } finally {
    stopListening();
  }
}

/** The first wish to stop, and the second one, which does not wait any longer. */
class StopWishes {
  readonly #first = Promise.withResolvers<void>();
  readonly #second = Promise.withResolvers<void>();
  #count = 0;

  get first(): Promise<void> {
    return this.#first.promise;
  }

  get second(): Promise<void> {
    return this.#second.promise;
  }

  add(): void {
    this.#count += 1;
    if (this.#count === 1) this.#first.resolve();
    else this.#second.resolve();
  }
}

/** One JSON object a line, on stderr: for a service's log. */
function jsonLogger(): Logger {
  const line = (level: string, message: string, fields: object = {}): void => {
    process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
  return { info: (message, fields) => line('info', message, fields), warn: (message, fields) => line('warn', message, fields) };
}
