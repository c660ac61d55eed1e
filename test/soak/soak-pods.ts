/**
 * The Pods of the soak: one of each thing that can go on in a Pod's life. Every exec hook first writes its name into the
 * Pod's ledger, a file on the host, so that what ran can be held against what the journal says.
 */
import { containerYaml, LIVES, podYaml, STUBBORN, sidecarYaml } from '../conformance/pod-yaml.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface SoakPodWish {
  readonly name: string;
  /** Outside of any state directory. */
  readonly ledgerDir: string;
  readonly random: SeededRandom;
}

export interface SoakPod {
  readonly kind: string;
  readonly yaml: string;
  /** Its container called main must become ready, if it is left alone. */
  readonly becomesReady: boolean;
  /** Probes succeed while `<state volume>/<this file>` is there. */
  readonly probedFile?: string;
}

/** ConfigMaps that change while Pods use them. */
export const CONFIG_MAPS = ['soak-a', 'soak-b'] as const;

type Kind = (wish: SoakPodWish) => Omit<SoakPod, 'kind'>;

const STATE = '{name: state, mountPath: /state}';
const LEDGER = '{name: ledger, mountPath: /ledger}';
const mounts = (...more: readonly string[]): string => `volumeMounts: [${[STATE, LEDGER, ...more].join(', ')}]`;
const volumes = ({ ledgerDir }: SoakPodWish, ...more: readonly string[]): readonly string[] => [
  `volumes: [${['{name: state, emptyDir: {}}', `{name: ledger, hostPath: {path: "${ledgerDir}", type: Directory}}`, ...more].join(', ')}]`,
];
const execHook = ({ name }: SoakPodWish, hook: 'postStart' | 'preStop', { container = 'main', further = '' } = {}): string =>
  `${hook}: {exec: {command: [sh, -c, "echo ${hook} >> /ledger/${name}.${container}${further}"]}}`;
const lifecycle = (...hooks: readonly string[]): string => `lifecycle: {${hooks.join(', ')}}`;
const serves = (more = ''): string => `mkdir -p /www; echo ok > /www/index.html; httpd -p 8080 -h /www; ${more}${LIVES}`;
const SERVING_PORT = 'ports: [{name: http, containerPort: 8080}]';

/** One container called main that lives until it is told to stop. */
const living = (wish: SoakPodWish, more: string, { run = LIVES, grace = 30 } = {}): Omit<SoakPod, 'kind'> => ({
  yaml: podYaml(wish.name, { grace, containers: [containerYaml('main', { run, more: `${mounts()}, ${more}` })], more: volumes(wish) }),
  becomesReady: true,
});

const execHooks: Kind = (wish) =>
  living(wish, lifecycle(execHook(wish, 'postStart'), execHook(wish, 'preStop', { further: '; sleep 0.3' })));

const httpHooks: Kind = (wish) =>
  living(wish, `${SERVING_PORT}, ${lifecycle(execHook(wish, 'postStart'), 'preStop: {httpGet: {path: /index.html, port: http}}')}`, {
    run: serves(),
  });

const sleepHooks: Kind = (wish) => living(wish, lifecycle('postStart: {sleep: {seconds: 1}}', 'preStop: {sleep: {seconds: 1}}'));

const noisyHooks: Kind = (wish) =>
  living(wish, lifecycle(execHook(wish, 'preStop', { further: '; yes | head -c 300000; sleep 600 & true' })), {
    run: `for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; ${LIVES}`,
  });

const failingPostStart: Kind = (wish) => ({
  ...living(wish, lifecycle(execHook(wish, 'postStart', { further: '; exit 3' }), execHook(wish, 'preStop'))),
  becomesReady: false,
});

const hangingPostStart: Kind = (wish) => ({
  ...living(wish, lifecycle(execHook(wish, 'postStart', { further: '; sleep 600' }), execHook(wish, 'preStop')), { grace: 3 }),
  becomesReady: false,
});

const hangingPreStop: Kind = (wish) => living(wish, lifecycle(execHook(wish, 'preStop', { further: '; sleep 600' })), { grace: 2 });

const stubborn: Kind = (wish) => living(wish, lifecycle(execHook(wish, 'preStop')), { run: STUBBORN, grace: 1 });

const sidecars: Kind = (wish) => ({
  yaml: podYaml(wish.name, {
    init: [
      containerYaml('setup', { run: 'echo set > /state/set', more: mounts() }),
      sidecarYaml('side', {
        more: `${mounts()}, ${lifecycle(execHook(wish, 'postStart', { container: 'side' }), execHook(wish, 'preStop', { container: 'side' }))}`,
      }),
      containerYaml('check', { run: 'test -f /state/set', more: mounts() }),
    ],
    containers: [
      containerYaml('main', { more: `${mounts()}, ${lifecycle(execHook(wish, 'preStop'))}` }),
      containerYaml('second', { more: mounts() }),
    ],
    more: volumes(wish),
  }),
  becomesReady: true,
});

const jobWithSidecar: Kind = (wish) => ({
  yaml: podYaml(wish.name, {
    restartPolicy: 'OnFailure',
    init: [sidecarYaml('side', { more: `${mounts()}, ${lifecycle(execHook(wish, 'preStop', { container: 'side' }))}` })],
    containers: [containerYaml('main', { run: 'sleep 2; [ -f /state/ran ] && exit 0; touch /state/ran; exit 1', more: mounts() })],
    more: volumes(wish),
  }),
  becomesReady: true,
});

const crashLoop: Kind = (wish) => living(wish, lifecycle(execHook(wish, 'postStart')), { run: 'sleep 1; exit 1' });

const restartRules: Kind = (wish) => {
  const action = wish.random.pick(['Restart', 'RestartAllContainers']) ?? 'Restart';
  const rules = `restartPolicy: Never, restartPolicyRules: [{action: ${action}, exitCodes: {operator: In, values: [42]}}]`;
  const once = `if [ -f /state/ran ]; then ${LIVES}; fi; touch /state/ran; sleep 1; exit 42`;
  return {
    yaml: podYaml(wish.name, {
      restartPolicy: 'Never',
      init: [containerYaml('setup', { run: 'true' })],
      containers: [
        containerYaml('main', { run: once, more: `${rules}, ${mounts()}, ${lifecycle(execHook(wish, 'postStart'))}` }),
        containerYaml('other', { more: `${mounts()}, ${lifecycle(execHook(wish, 'preStop', { container: 'other' }))}` }),
      ],
      more: volumes(wish),
    }),
    becomesReady: true,
  };
};

const manyVolumes: Kind = (wish) => {
  const config = wish.random.pick(CONFIG_MAPS) ?? CONFIG_MAPS[0];
  const more = mounts(
    '{name: memory, mountPath: /memory}',
    '{name: config, mountPath: /config}',
    '{name: config, mountPath: /part, subPath: value}',
    '{name: state, mountPath: /own, subPathExpr: "of-$(POD_NAME)"}',
    '{name: all, mountPath: /all}',
  );
  const env = 'env: [{name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]';
  return {
    yaml: podYaml(wish.name, {
      containers: [
        containerYaml('main', {
          run: `echo words of $POD_NAME > /dev/termination-log; dd if=/dev/zero of=/memory/f bs=1k count=64 2>/dev/null; cat /part /config/value > /own/seen; ${LIVES}`,
          more: `${env}, ${more}, ${lifecycle(execHook(wish, 'preStop'))}`,
        }),
      ],
      more: volumes(
        wish,
        '{name: memory, emptyDir: {medium: Memory, sizeLimit: 1Mi}}',
        `{name: config, configMap: {name: ${config}}}`,
        `{name: all, projected: {sources: [{configMap: {name: ${config}}}, {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}}`,
      ),
    }),
    becomesReady: true,
  };
};

const completes: Kind = (wish) => ({
  yaml: podYaml(wish.name, {
    restartPolicy: 'Never',
    containers: [
      containerYaml('main', {
        run: 'sleep 1; echo last words > /dev/termination-log; exit 0',
        more: `${mounts()}, ${lifecycle(execHook(wish, 'postStart'), execHook(wish, 'preStop'))}`,
      }),
    ],
    more: volumes(wish),
  }),
  becomesReady: true,
});

const execProbes: Kind = (wish) => ({
  ...living(
    wish,
    [
      lifecycle(execHook(wish, 'preStop')),
      'startupProbe: {exec: {command: [test, -f, /state/ok]}, periodSeconds: 1, failureThreshold: 60}',
      'readinessProbe: {exec: {command: [test, -f, /state/ok]}, periodSeconds: 2}',
      'livenessProbe: {exec: {command: [test, -f, /state/ok]}, periodSeconds: 5, failureThreshold: 2, terminationGracePeriodSeconds: 2}',
    ].join(', '),
    { run: `touch /state/ok; ${LIVES}` },
  ),
  probedFile: 'ok',
});

const networkProbes: Kind = (wish) =>
  living(
    wish,
    [
      SERVING_PORT,
      lifecycle(execHook(wish, 'preStop')),
      'startupProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 60}',
      'readinessProbe: {httpGet: {path: /index.html, port: http}, periodSeconds: 2}',
      'livenessProbe: {tcpSocket: {port: http}, periodSeconds: 3}',
    ].join(', '),
    { run: serves() },
  );

/** The more often a kind stands here, the more Pods of it. */
const KINDS: Readonly<Record<string, Kind>> = {
  execHooks,
  httpHooks,
  sleepHooks,
  noisyHooks,
  failingPostStart,
  hangingPostStart,
  hangingPreStop,
  stubborn,
  sidecars,
  jobWithSidecar,
  crashLoop,
  restartRules,
  manyVolumes,
  completes,
};
const PROBED: Readonly<Record<string, Kind>> = { execProbes, networkProbes };

export function soakPod(wish: SoakPodWish, { withProbes }: { readonly withProbes: boolean }): SoakPod {
  const kinds = Object.entries({ ...KINDS, ...(withProbes ? PROBED : {}) });
  const [kind, make] = wish.random.pick(kinds) ?? ['execHooks', execHooks];
  return { kind, ...make(wish) };
}
