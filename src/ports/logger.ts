/** What the agent says about itself, on stderr; never a hook's output or a secret. Fields are flat. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const SILENT_LOGGER: Logger = { info: () => {}, warn: () => {} };
