import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { type OutputOption, type RuntimeOptions, withOutput, withRuntime, withStateDir } from './node-options.ts';

export interface ImageOptions extends RuntimeOptions, OutputOption {}

const HELP = `
Starts hooklet's containerd when none runs, and ends it again.

Examples:
  $ docker save my-app:1 | hooklet image import -
  $ hooklet image list`;

const IMPORT_HELP = `
Examples:
  $ hooklet image import my-app.tar
  $ docker save my-app:1 | hooklet image import -`;

const LIST_HELP = `
Example:
  $ hooklet image list -o json`;

const BASE_HELP = `
localhost/hooklet/base:1 has a shell and the busybox tools, localhost/hooklet/pause:1 is what
holds a Pod together. "hooklet run" makes them too, when they are missing.

Example:
  $ hooklet image base`;

export function imageCommand(context: CommandContext): Command {
  return new Command('image')
    .description('The images that Pods can run without a registry')
    .addHelpText('after', HELP)
    .addCommand(
      subcommand('import', 'Import an image archive (docker save, or an OCI layout as tar) into the runtime', IMPORT_HELP)
        .argument('<file>', 'the archive; - is standard input')
        .action(async (file: string, options: ImageOptions) => (await import('./manage-images.ts')).importImages(file, options, context)),
    )
    .addCommand(
      subcommand('list', 'List the images of the runtime', LIST_HELP).action(async (options: ImageOptions) =>
        (await import('./manage-images.ts')).listImages(options, context),
      ),
    )
    .addCommand(
      subcommand('base', 'Make the images that hooklet and its examples need, if they are missing', BASE_HELP).action(
        async (options: ImageOptions) => (await import('./manage-images.ts')).makeBase(options, context),
      ),
    );
}

const subcommand = (name: string, description: string, help: string): Command =>
  withRuntime(withStateDir(withOutput(new Command(name).description(description).addHelpText('after', help))));
