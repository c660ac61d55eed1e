import { DEFAULT_SETTINGS } from '../core/pod/pod-view.ts';

/** The machine of a scenario: nothing of it is there. */
export const SCRIPTED_HOST = {
  paths: { logsDir: '/logs', cgroupParent: '/hooklet', seccompDir: '/state/seccomp' },
  nodeName: 'node',
  addresses: ['192.0.2.1'],
  memoryBytes: 2 ** 34,
  allocatable: { cpuMillis: 4000, memoryBytes: 2 ** 34, ephemeralStorageBytes: 2 ** 36 },
  appArmor: false,
  allowedUnsafeSysctls: [],
  parallelStarts: 2,
  settings: DEFAULT_SETTINGS,
} as const;
