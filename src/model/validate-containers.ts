import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { duplicate, forbidden, invalid, required, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { dnsLabel } from './name-rules.ts';
import type { ResourceRequirements } from './pod.ts';
import type { Report } from './problem.ts';
import { validateEnv } from './validate-env.ts';
import { type HandlerContext, validateLifecycle } from './validate-handler.ts';
import { type PodPorts, validatePorts } from './validate-ports.ts';
import { validateProbes } from './validate-probe.ts';
import { validateResources } from './validate-resources.ts';
import { validateContainerSecurity } from './validate-security.ts';
import { validateVolumeMounts } from './validate-volume-mounts.ts';

type ContainerList = 'containers' | 'initContainers' | 'ephemeralContainers';

interface PodContext extends HandlerContext {
  readonly hostUsers: boolean;
  readonly volumes: ReadonlySet<string>;
  readonly ports: PodPorts;
  /** Names of all containers seen, of whatever kind: they share one namespace. */
  readonly names: Set<string>;
}

export function validateContainers(spec: IPodSpec, volumes: ReadonlySet<string>, path: FieldPath, report: Report): void {
  const ports = (): PodPorts => ({ hostNetwork: spec.hostNetwork === true, taken: new Set() });
  const shared = {
    graceSeconds: spec.terminationGracePeriodSeconds ?? 0,
    os: spec.os?.name ?? '',
    hostUsers: spec.hostUsers !== false,
    volumes,
    names: new Set<string>(),
  };
  if ((spec.containers ?? []).length === 0) report([...path, 'containers'], required());
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    const context: PodContext = { ...shared, ports: ports() };
    for (const [index, container] of (spec[list] ?? []).entries())
      validateContainer(container, list, { path: [...path, list, index], context, report });
  }
}

interface Place {
  readonly path: FieldPath;
  readonly context: PodContext;
  readonly report: Report;
}

/** An ephemeral container has the fields of a container and two of its own. */
function validateContainer(container: IContainer, list: ContainerList, { path, context, report }: Place): void {
  validateName(container.name ?? '', context.names, [...path, 'name'], report);
  validateImage(container.image ?? '', [...path, 'image'], report);
  validateRestartPolicy(container, list, path, report);
  validateEnv(container, path, report);
  validatePorts(container.ports ?? [], [...path, 'ports'], context.ports, report);
  validateVolumeMounts(container, context.volumes, path, report);
  if (container.securityContext !== undefined)
    validateContainerSecurity(container.securityContext, context.hostUsers, [...path, 'securityContext'], report);
  if (container.resources !== undefined) validateResources(container.resources as ResourceRequirements, [...path, 'resources'], report);
  const isSidecar = list === 'initContainers' && container.restartPolicy === 'Always';
  if (list === 'ephemeralContainers')
    forbidFields(container, [...NOT_IN_SHORT_LIVED, 'ports', 'resources'], 'cannot be set for an Ephemeral Container', { path, report });
  else if (list === 'initContainers' && !isSidecar)
    forbidFields(container, NOT_IN_SHORT_LIVED, 'may not be set for init containers without restartPolicy=Always', { path, report });
  else {
    if (container.lifecycle !== undefined) validateLifecycle(container.lifecycle, [...path, 'lifecycle'], context, report);
    validateProbes(container, path, report);
  }
}

const NOT_IN_SHORT_LIVED = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function forbidFields(
  container: IContainer,
  fields: readonly (keyof IContainer)[],
  why: string,
  at: { readonly path: FieldPath; readonly report: Report },
): void {
  for (const field of fields) {
    const value = container[field];
    const isEmpty = value === undefined || Object.keys(value as object).length === 0;
    if (!isEmpty) at.report([...at.path, field], forbidden(why));
  }
}

function validateName(name: string, taken: Set<string>, path: FieldPath, report: Report): void {
  const complaint = name === '' ? undefined : dnsLabel(name);
  if (name === '') report(path, required());
  else if (complaint !== undefined) report(path, invalid(name, complaint));
  else if (taken.has(name)) report(path, duplicate(name));
  taken.add(name);
}

function validateImage(image: string, path: FieldPath, report: Report): void {
  if (image === '') report(path, required());
  else if (image.trim() !== image) report(path, invalid(image, 'must not have leading or trailing whitespace'));
}

const POLICIES = ['Always', 'Never', 'OnFailure'];

/** A container's own policy (ContainerRestartRules); "Always" makes an init container a sidecar. */
function validateRestartPolicy(container: IContainer, list: ContainerList, path: FieldPath, report: Report): void {
  const policy = container.restartPolicy ?? '';
  const at = [...path, 'restartPolicy'];
  if (policy !== '' && list === 'ephemeralContainers') report(at, forbidden('cannot be set for an Ephemeral Container'));
  else if (policy !== '' && !POLICIES.includes(policy)) report(at, unsupported(policy, POLICIES));
  if ((container.restartPolicyRules ?? []).length > 0 && policy === '')
    report(at, required('must specify restartPolicy when restart rules are used'));
}
