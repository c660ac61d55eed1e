import { DEFAULT_SETTINGS } from '../core/pod/pod-view.ts';

/** The machine of a scenario: nothing of it is there. */
export const SCRIPTED_HOST = {
  paths: { logsDir: '/logs', cgroupParent: '/hooklet' },
  nodeName: 'node',
  addresses: ['192.0.2.1'],
  memoryBytes: 2 ** 34,
  parallelStarts: 2,
  settings: DEFAULT_SETTINGS,
} as const;
