/** `hooklet up` on this machine: options, signals and messages around `openUp`. */
import { resolve } from 'node:path';
import type { OpenUp } from '../compose/open-up.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { CommandContext } from './command-context.ts';
import { type ExitCode, exitCodeOf } from './exit-code.ts';
import { hostGoesDown } from './host-goes-down.ts';
import { jsonLogger } from './json-logger.ts';
import { nodeOptions, podSettings } from './node-options.ts';
import { notifySystemd } from './notify-systemd.ts';
import { onStopSignals } from './stop-signals.ts';
import type { UpCommandOptions } from './up.ts';

/** How the daemon speaks: to people, or to what collects logs. */
interface Voice {
  readonly logger: Logger;
  readonly say: (message: string) => void;
}

export async function runUp(options: UpCommandOptions, context: CommandContext): Promise<ExitCode> {
  if (options.logFormat === 'text') return serve(options, context, { logger: context.logger, say: context.say });
  const logger = jsonLogger({ write: (line) => process.stderr.write(line) });
  try {
    return await serve(options, context, { logger, say: (message) => logger.info(message) });
  } catch (error) {
    logger.error(messageOf(error));
    return exitCodeOf(error);
  }
}

async function serve(options: UpCommandOptions, context: CommandContext, { logger, say }: Voice): Promise<ExitCode> {
  const stop = new StopWishes();
  const stopListening = onStopSignals(() => stop.add());
  try {
    const { openUp } = await import('../compose/open-up.ts');
    const up = await openUp({
      ...nodeOptions(options, context),
      onProgress: say,
      listen: options.listen,
      settings: podSettings(options),
      logger,
      ...(options.nodeName === undefined ? {} : { nodeName: options.nodeName }),
      ...(options.manifests === undefined ? {} : { manifestsDir: resolve(options.manifests) }),
    });
    logger.info('the API is up', { url: up.url, node: up.nodeName, kubeconfig: up.kubeconfig });
    if (options.logFormat === 'text') say(`serving ${up.url} as node ${up.nodeName}\nuse it with: export KUBECONFIG=${up.kubeconfig}`);
    await notifySystemd('READY=1');
    await stop.first;
    await notifySystemd('STOPPING=1');
    const isDrained = (options.drainOnExit || (await hostGoesDown())) && (await drain(up, stop, say));
    await up.close({ stopRuntime: isDrained });
    logger.info('left', { pods: isDrained ? 'ended' : 'go on' });
    return 0;
  } finally {
    stopListening();
  }
}

async function drain(up: OpenUp, stop: StopWishes, say: Voice['say']): Promise<boolean> {
  say('ending the Pods gracefully; once more (Ctrl-C) leaves them as they are');
  return Promise.race([up.drain().then(() => true), stop.second.then(() => false)]);
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
