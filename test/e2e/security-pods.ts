/** Pods that ask for all that a securityContext, namespaces, a name and DNS can be, and print what they got. */
import { container, exec, podText, shell, untilTerm } from './pod-text.ts';

export const namedUser = 'localhost/hooklet-e2e/named:1';
export const numberedUser = 'localhost/hooklet-e2e/numbered:1';

const facts = exec('cat', ...['status', 'cgroup', 'environ'].map((file) => `/proc/self/${file}`));

export const locked = podText(
  'locked',
  [
    container('main', {
      workingDir: '/tmp',
      env: [{ name: 'COLOUR', value: 'green' }],
      command: ['sh', '-c', `touch /made 2>&1; mkdir /tmp/made 2>&1; ${untilTerm}`],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['CAP_NET_BIND_SERVICE', 'kill'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      lifecycle: { postStart: facts, preStop: shell('cat /proc/self/status; pwd') },
    }),
    // What it says comes before what the Pod says.
    container('root', {
      securityContext: { runAsUser: 0, runAsGroup: 0, capabilities: { drop: ['CHOWN'] } },
      lifecycle: { postStart: facts },
    }),
    container('plain', { lifecycle: { postStart: facts } }),
    container('probed', {
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
      readinessProbe: { exec: { command: ['sh', '-c', 'cat /proc/self/status /proc/self/cgroup >/shared/seen'] }, periodSeconds: 1 },
      volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
      lifecycle: { postStart: facts, preStop: exec('cat', '/shared/seen') },
    }),
  ],
  {
    securityContext: {
      runAsUser: 1234,
      runAsGroup: 2345,
      fsGroup: 77,
      supplementalGroups: [88],
      supplementalGroupsPolicy: 'Merge',
      seLinuxOptions: { level: 's0' },
    },
    volumes: [{ name: 'shared', emptyDir: {} }],
  },
);

/** A value of the Pod's own UTS namespace: nobody else is concerned. */
const writesProc = shell('cat /proc/self/status; { echo here >/proc/sys/kernel/domainname && echo written; } 2>&1; true');
export const privileged = podText('privileged', [
  container('main', {
    securityContext: { privileged: true, seccompProfile: { type: 'RuntimeDefault' } },
    lifecycle: { postStart: writesProc },
  }),
  container('beside', { lifecycle: { postStart: writesProc } }),
]);

/** The syscall by which directories are made is refused as if the right were missing; everything else is allowed. */
export const NO_MKDIR = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
};
export const filtered = podText('filtered', [
  container('main', {
    command: ['sh', '-c', `mkdir /tmp/a 2>&1; echo still here; ${untilTerm}`],
    securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'below/no-mkdir.json' } },
    lifecycle: { postStart: shell('mkdir /tmp/b 2>&1; true') },
  }),
  container('missing', { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'not-there.json' } } }),
]);

export const careful = podText(
  'careful',
  [
    container('root', {}),
    container('named', { image: namedUser }),
    container('numbered', { image: numberedUser, lifecycle: { postStart: facts } }),
    container('chosen', { image: namedUser, securityContext: { runAsUser: 7 }, lifecycle: { postStart: facts } }),
    container('zero', { securityContext: { runAsUser: 0 } }),
  ],
  { securityContext: { runAsNonRoot: true } },
);

export const sysctls = podText(
  'sysctls',
  [
    container('main', {
      lifecycle: { postStart: shell('cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced; hostname') },
    }),
  ],
  {
    securityContext: {
      sysctls: [
        { name: 'net.ipv4.ip_unprivileged_port_start', value: '123' },
        { name: 'kernel/shm_rmid_forced', value: '1' },
      ],
    },
    hostname: 'mine',
    subdomain: 'sub',
    setHostnameAsFQDN: true,
  },
);
/** Not a safe one; the test allows it. */
export const allowed = podText('allowed', [container('main', { lifecycle: { postStart: exec('cat', '/proc/sys/net/core/somaxconn') } })], {
  securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '77' }] },
});
export const forbidden = podText('forbidden', [container('main')], {
  securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
});
export const armoured = podText('armoured', [container('main', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } })]);

const namespaces = shell(
  'for ns in pid ipc net uts; do readlink /proc/self/ns/$ns; done; hostname; ls -d /proc/[0-9]* | wc -l; ps -o args',
);
export const shared = podText(
  'shared',
  [
    container('a', { lifecycle: { postStart: namespaces } }),
    container('b', { command: ['sleep', '4321'], lifecycle: { postStart: namespaces } }),
  ],
  { shareProcessNamespace: true, hostname: 'both', terminationGracePeriodSeconds: 1 },
);
export const separate = podText(
  'separate',
  [
    container('a', { lifecycle: { postStart: namespaces } }),
    container('b', { command: ['sleep', '4322'], lifecycle: { postStart: namespaces } }),
  ],
  { terminationGracePeriodSeconds: 1 },
);
export const ofHost = podText('ofhost', [container('main', { lifecycle: { postStart: namespaces } })], {
  hostPID: true,
  hostIPC: true,
  hostNetwork: true,
});

export const resolving = podText('resolving', [container('main', { lifecycle: { postStart: exec('cat', '/etc/resolv.conf') } })], {
  dnsPolicy: 'None',
  dnsConfig: {
    nameservers: ['192.0.2.1', '192.0.2.2'],
    searches: ['a.example', 'b.example'],
    options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
  },
});
export const asHost = podText('ashost', [container('main', { lifecycle: { postStart: exec('cat', '/etc/resolv.conf') } })], {
  dnsPolicy: 'Default',
  dnsConfig: { searches: ['added.example'] },
});
export const interactive = podText(
  'interactive',
  [
    container('stdin', { command: ['cat'], stdin: true, stdinOnce: true }),
    container('closed', { command: ['cat'] }),
    container('tty', {
      command: ['sh', '-c', `tty; test -t 1 && echo a terminal; ${untilTerm}`],
      tty: true,
      lifecycle: { postStart: exec('tty') },
    }),
  ],
  { restartPolicy: 'Never', terminationGracePeriodSeconds: 1 },
);
