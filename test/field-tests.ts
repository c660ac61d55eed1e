/**
 * The test that shows each field of a Pod that `hooklet run` supports: file, and words of the test's title. Held complete
 * and true by `src/model/run-support.test.ts`, which walks the schema. No part of the program.
 */

/** `fields`: names, and of a field that runs with some values or keys only each of them, as `medium=Memory`. */
export interface FieldTest {
  readonly type: string;
  readonly fields: readonly string[];
  readonly file: string;
  readonly title: string;
}

const INPUTS = 'test/e2e/container-inputs.test.ts';
const VOLUMES = 'volumes: every kind, with modes, items, parts';
const ENV = 'env and envFrom: every source, in the documented order';
const SECURITY = 'test/e2e/security-context.test.ts';
const IDENTITY = 'user, groups, capabilities, no_new_privs and filter are as the Pod asks';
const FEATURES = 'test/e2e/pod-features.test.ts';
const SERVED = 'containers, command, args, env, ports and emptyDir';
const FIELDS = 'test/conformance/pod-fields.test.ts';
const FILES = 'items, modes and optional sources of volumes';
const OPTIONAL = 'envFrom and env: a prefix, and what is optional and missing is left out';
const PODS = 'test/conformance/documented-pods.test.ts';
const TASKS = 'test/conformance/documented-tasks.test.ts';
const CONFIG_MAP = 'ConfigMap: values as variables, all at once, in a command, as files, and optional';
const PROBES = 'Probes: a command, a request and a connection that fail restart their container';
const RULES = 'test/conformance/restart-rules.test.ts';
const HOOKS = 'test/conformance/lifecycle-hooks.test.ts';
const HTTP_HOOKS = 'test/e2e/http-hooks.test.ts';
const SECURITY_SPEC = 'src/core/container/security.test.ts';
const PROBE_LOOP = 'src/probes/probe-loop.test.ts';

const shown = (type: string, fields: string, file: string, title: string): FieldTest => ({ type, fields: fields.split(' '), file, title });

export const FIELD_TESTS: readonly FieldTest[] = [
  shown('Pod', 'apiVersion kind metadata spec', PODS, 'Pods: one that serves its port'),
  shown('ObjectMeta', 'name namespace labels annotations', PODS, 'Downward API: fields and resources'),

  shown('PodSpec', 'containers', FEATURES, SERVED),
  shown('PodSpec', 'initContainers', PODS, 'Init Containers: each waits'),
  shown('PodSpec', 'restartPolicy', RULES, 'give the status that each policy of the Pod asks for'),
  shown('PodSpec', 'terminationGracePeriodSeconds', FEATURES, 'stopSignal and terminationGracePeriodSeconds'),
  shown('PodSpec', 'activeDeadlineSeconds', PODS, 'activeDeadlineSeconds ends a Pod'),
  shown('PodSpec', 'readinessGates', PODS, 'a readiness gate keeps a Pod from being Ready'),
  shown('PodSpec', 'volumes', INPUTS, VOLUMES),
  shown('PodSpec', 'nodeName', TASKS, 'Assign Pods to Nodes: a Pod that names a node'),
  shown('PodSpec', 'serviceAccountName', TASKS, 'Service Accounts: one is named'),
  shown('PodSpec', 'serviceAccount', 'src/model/defaults.test.ts', 'keeps both names of the service account alike'),
  shown('PodSpec', 'hostNetwork hostPID hostIPC', SECURITY, 'hostPID, hostIPC, hostNetwork'),
  shown('PodSpec', 'hostUsers=true', FIELDS, 'hostUsers true'),
  shown('PodSpec', 'shareProcessNamespace', SECURITY, 'shareProcessNamespace'),
  shown('PodSpec', 'hostname subdomain setHostnameAsFQDN', PODS, 'Pod Hostname'),
  shown('PodSpec', 'dnsPolicy dnsConfig', SECURITY, 'dnsPolicy and dnsConfig'),
  shown('PodSpec', 'hostAliases', INPUTS, '/etc/hosts: the Pod’s own'),
  shown('PodSpec', 'securityContext', SECURITY, IDENTITY),
  shown('PodSpec', 'os', HOOKS, 'one may be given with os.name linux'),
  shown('PodOS', 'name=linux', HOOKS, 'one may be given with os.name linux'),
  shown('PodReadinessGate', 'conditionType', PODS, 'a readiness gate keeps a Pod from being Ready'),
  shown('HostAlias', 'hostnames ip', INPUTS, '/etc/hosts: the Pod’s own'),
  shown('PodDNSConfig', 'nameservers options searches', SECURITY, 'dnsPolicy and dnsConfig'),
  shown('PodDNSConfigOption', 'name value', SECURITY, 'dnsPolicy and dnsConfig'),

  shown('Container', 'name command args env ports', FEATURES, SERVED),
  shown('Container', 'image', 'test/conformance/container-order.test.ts', 'marks the Pod as waiting for it'),
  shown('Container', 'imagePullPolicy', 'test/scenarios/starting.test.ts', 'with policy Always is pulled though it is present'),
  shown('Container', 'workingDir', 'test/e2e/hook-process.test.ts', 'is in its working directory'),
  shown('Container', 'envFrom', INPUTS, ENV),
  shown('Container', 'resources', FEATURES, 'resources: limits and requests are in the cgroup'),
  shown('Container', 'volumeMounts', INPUTS, VOLUMES),
  shown('Container', 'lifecycle', TASKS, 'Handlers: postStart leaves a message, preStop ends the program'),
  shown('Container', 'restartPolicy', RULES, 'leave it to the policy of the container'),
  shown('Container', 'restartPolicyRules', RULES, 'restart a container on an exit code that a rule names'),
  shown('Container', 'livenessProbe', TASKS, PROBES),
  shown('Container', 'readinessProbe startupProbe', TASKS, 'a startup probe holds the others back, a readiness probe restarts nothing'),
  shown('Container', 'securityContext', SECURITY, IDENTITY),
  shown('Container', 'stdin tty', SECURITY, 'stdin and tty: who reads waits for somebody'),
  shown('Container', 'stdinOnce', 'src/core/container/container-spec.test.ts', 'what standard input and terminal are to be'),
  shown('Container', 'terminationMessagePath terminationMessagePolicy', INPUTS, 'termination messages: from the file'),

  shown('ContainerPort', 'containerPort', FEATURES, SERVED),
  shown('ContainerPort', 'hostIP hostPort protocol', FIELDS, 'hostPort and hostIP: a port of that address alone'),
  shown('ContainerPort', 'name', TASKS, PROBES),
  shown('ContainerRestartRule', 'action exitCodes', RULES, 'restart a container on an exit code that a rule names'),
  shown('ContainerRestartRuleOnExitCodes', 'operator values', RULES, 'restart a container on an exit code that a NotIn rule does not name'),
  shown('ResourceRequirements', 'limits=cpu limits=memory requests=cpu', FEATURES, 'resources: limits and requests are in the cgroup'),
  shown('ResourceRequirements', 'requests=memory', TASKS, 'Quality of Service: each Pod has its class'),

  shown('EnvVar', 'name value valueFrom', INPUTS, ENV),
  shown('EnvVarSource', 'configMapKeyRef fieldRef resourceFieldRef secretKeyRef', INPUTS, ENV),
  shown('EnvVarSource', 'fileKeyRef', INPUTS, 'fileKeyRef: a variable from what an init container wrote'),
  shown('FileKeySelector', 'key path volumeName', INPUTS, 'fileKeyRef: a variable from what an init container wrote'),
  shown('FileKeySelector', 'optional', FIELDS, OPTIONAL),
  shown('ConfigMapKeySelector', 'key name optional', TASKS, CONFIG_MAP),
  shown('SecretKeySelector', 'key name optional', INPUTS, ENV),
  shown('ObjectFieldSelector', 'fieldPath', INPUTS, ENV),
  shown('ObjectFieldSelector', 'apiVersion=v1', FIELDS, FILES),
  shown('ResourceFieldSelector', 'containerName divisor resource', PODS, 'Downward API: fields and resources'),
  shown('EnvFromSource', 'configMapRef prefix secretRef', FIELDS, OPTIONAL),
  shown('ConfigMapEnvSource', 'name optional', INPUTS, ENV),
  shown('SecretEnvSource', 'name optional', FIELDS, OPTIONAL),

  shown('VolumeMount', 'name mountPath subPath subPathExpr', INPUTS, VOLUMES),
  shown('VolumeMount', 'readOnly', FEATURES, 'hostPath: reads and writes what is on the host, and only reads'),
  shown('VolumeMount', 'mountPropagation', FIELDS, 'mountPropagation: HostToContainer sees what is mounted later'),
  shown('VolumeMount', 'recursiveReadOnly=Disabled', FIELDS, 'readOnly and recursiveReadOnly Disabled'),
  shown('Volume', 'name configMap downwardAPI emptyDir hostPath projected secret', INPUTS, VOLUMES),
  shown('EmptyDirVolumeSource', 'sizeLimit medium= medium=Memory', INPUTS, VOLUMES),
  shown('HostPathVolumeSource', 'path', FEATURES, 'hostPath: reads and writes what is on the host'),
  shown('HostPathVolumeSource', 'type', 'src/volumes/host-path.test.ts', 'takes what is of the type that the Pod says'),
  shown('ConfigMapVolumeSource', 'name items defaultMode', FIELDS, FILES),
  shown('ConfigMapVolumeSource', 'optional', TASKS, CONFIG_MAP),
  shown('SecretVolumeSource', 'defaultMode optional', INPUTS, VOLUMES),
  shown('SecretVolumeSource', 'items secretName', FIELDS, FILES),
  shown('KeyToPath', 'key mode path', FIELDS, FILES),
  shown('DownwardAPIVolumeSource', 'defaultMode items', FIELDS, FILES),
  shown('DownwardAPIVolumeFile', 'fieldRef mode path resourceFieldRef', FIELDS, FILES),
  shown('ProjectedVolumeSource', 'defaultMode sources', FIELDS, FILES),
  shown('VolumeProjection', 'configMap downwardAPI secret', FIELDS, FILES),
  shown('ConfigMapProjection', 'items name optional', FIELDS, FILES),
  shown('SecretProjection', 'items name optional', FIELDS, FILES),
  shown('DownwardAPIProjection', 'items', FIELDS, FILES),

  shown('Lifecycle', 'postStart preStop', TASKS, 'Handlers: postStart leaves a message, preStop ends the program'),
  shown('Lifecycle', 'stopSignal', FEATURES, 'stopSignal and terminationGracePeriodSeconds'),
  shown('LifecycleHandler', 'exec', TASKS, 'Handlers: postStart leaves a message, preStop ends the program'),
  shown('LifecycleHandler', 'httpGet', HTTP_HOOKS, 'send exactly what Kubernetes sends'),
  shown('LifecycleHandler', 'sleep', HOOKS, 'sleep: a valid preStop hook is waited for'),
  shown('LifecycleHandler', 'tcpSocket', 'test/scenarios/http-hooks.test.ts', 'fails when it is due, and as postStart kills its container'),
  shown('SleepAction', 'seconds', HOOKS, 'sleep: of zero seconds is over at once'),
  shown('ExecAction', 'command', 'test/e2e/hook-process.test.ts', 'gets its argv verbatim'),
  shown('HTTPGetAction', 'host httpHeaders path port scheme', HTTP_HOOKS, 'send exactly what Kubernetes sends'),
  shown('HTTPHeader', 'name value', HTTP_HOOKS, 'send exactly what Kubernetes sends'),
  shown('TCPSocketAction', 'port', TASKS, PROBES),
  shown('TCPSocketAction', 'host', FIELDS, 'tcpSocket host: a probe asks the host that it names'),

  shown('Probe', 'exec httpGet tcpSocket', TASKS, PROBES),
  shown('Probe', 'grpc', TASKS, 'Probes: a gRPC server that answers SERVING'),
  shown('Probe', 'terminationGracePeriodSeconds', TASKS, 'Probes: one with a grace of its own'),
  shown('Probe', 'initialDelaySeconds', PROBE_LOOP, 'asks for the first time when the initial delay is over'),
  shown('Probe', 'periodSeconds', PROBE_LOOP, 'asks at once'),
  shown('Probe', 'successThreshold failureThreshold', PROBE_LOOP, 'a readiness probe: success at its threshold'),
  shown('Probe', 'timeoutSeconds', PROBE_LOOP, 'a timeout is a failure at its time'),
  shown('GRPCAction', 'port', TASKS, 'Probes: a gRPC server that answers SERVING'),
  shown('GRPCAction', 'service', 'src/probes/network-probes.test.ts', 'grpc: a service that serves'),

  shown('PodSecurityContext', 'runAsUser runAsGroup fsGroup supplementalGroups seLinuxOptions', SECURITY, IDENTITY),
  shown('PodSecurityContext', 'supplementalGroupsPolicy', 'src/core/admission/admit-pod.test.ts', 'groups without those of the image'),
  shown('PodSecurityContext', 'runAsNonRoot', SECURITY, 'runAsNonRoot: only who is known not to be root may run'),
  shown('PodSecurityContext', 'seccompProfile', TASKS, 'Security Context: user, groups and owner of files'),
  shown('PodSecurityContext', 'appArmorProfile', 'src/core/admission/admit-pod.test.ts', 'AppArmor profile'),
  shown('PodSecurityContext', 'sysctls', SECURITY, 'sysctls: safe ones are set'),
  shown('Sysctl', 'name value', SECURITY, 'sysctls: safe ones are set'),
  shown('SecurityContext', 'runAsUser runAsGroup capabilities allowPrivilegeEscalation seccompProfile', SECURITY, IDENTITY),
  shown('SecurityContext', 'privileged', SECURITY, 'privileged: all rights of the agent’s own'),
  shown('SecurityContext', 'readOnlyRootFilesystem', SECURITY, 'readOnlyRootFilesystem: nothing can be written there'),
  shown('SecurityContext', 'runAsNonRoot', FIELDS, 'runAsNonRoot of a container'),
  shown('SecurityContext', 'appArmorProfile', SECURITY, 'appArmorProfile: rejects the Pod where the kernel has no AppArmor'),
  shown('SecurityContext', 'procMount', SECURITY_SPEC, 'carries privilege, a read-only root, and an unmasked /proc'),
  shown('SecurityContext', 'seLinuxOptions', SECURITY_SPEC, 'takes from the Pod what the container does not say'),
  shown('Capabilities', 'add drop', SECURITY, IDENTITY),
  shown('SeccompProfile', 'localhostProfile type', SECURITY, 'seccompProfile Localhost: a profile of the node filters'),
  shown('AppArmorProfile', 'localhostProfile type', SECURITY_SPEC, 'takes from the Pod what the container does not say'),
  shown('SELinuxOptions', 'level role type user', 'src/cri/cri-security.test.ts', 'carries the SELinux label'),
];

/** Why each field that is accepted without effect is of no consequence. */
export const NO_EFFECT: Readonly<Record<string, string>> = {
  'Pod.status': 'a status is observed, not wished for: what the manifest says was so elsewhere',
  'ObjectMeta.uid': 'a Pod gets an identity of its own when it is accepted, whatever the manifest says',
  'ObjectMeta.creationTimestamp': 'set when the Pod is accepted',
  'ObjectMeta.deletionGracePeriodSeconds': 'of a deletion that somebody else asked for',
  'ObjectMeta.deletionTimestamp': 'of a deletion that somebody else asked for',
  'ObjectMeta.finalizers': 'they hold back an object in an API; here there is none',
  'ObjectMeta.generateName': 'a manifest without a name is refused, and one with a name needs none',
  'ObjectMeta.generation': 'counts changes in an API',
  'ObjectMeta.managedFields': 'who wrote what in an API',
  'ObjectMeta.ownerReferences': 'for the garbage collection of an API',
  'ObjectMeta.resourceVersion': 'of an API that the manifest was taken from',
  'ObjectMeta.selfLink': 'of an API that the manifest was taken from',
  'PodSpec.automountServiceAccountToken': 'no token is mounted either way: nobody here issues any',
  'PodSpec.enableServiceLinks': 'there are no Services whose addresses could be variables',
  'PodSpec.imagePullSecrets': 'images are pulled without credentials; one that needs them fails with ErrImagePull',
  'PodSpec.preemptionPolicy': 'there is no scheduler, and no Pod gives way to another',
  'PodSpec.priority': 'there is no scheduler, and no Pod gives way to another',
  'PodSpec.priorityClassName': 'there is no scheduler, and no Pod gives way to another',
  'PodSpec.schedulerName': 'there is no scheduler',
  'PodSpec.tolerations': 'the one node has no taints',
  'PodSecurityContext.fsGroupChangePolicy': 'of volumes that outlive their Pods only',
  'PodSecurityContext.seLinuxChangePolicy': 'of volumes that outlive their Pods only',
};
