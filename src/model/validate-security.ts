/** securityContext of Pods and containers (`validation.go` `ValidatePodSecurityContext`, `ValidateSecurityContext`). */
import type { IAppArmorProfile } from 'kubernetes-models/v1/AppArmorProfile';
import type { IPodSecurityContext } from 'kubernetes-models/v1/PodSecurityContext';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { ISeccompProfile } from 'kubernetes-models/v1/SeccompProfile';
import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import { duplicate, invalid, required, tooLong } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Report } from './problem.ts';
import { isSysctlName, normalSysctlName, SYSCTL_RULE, sysctlNamespace } from './sysctl-names.ts';

/** A signed 32-bit number; the kernel has more, and containers never need them. */
const MAX_ID = 2 ** 31 - 1;
const ID_RULE = `must be between 0 and ${MAX_ID}, inclusive`;
/** PATH_MAX without the final byte. */
const MAX_APP_ARMOR_NAME = 4095;

export function validatePodSecurity(spec: IPodSpec, path: FieldPath, report: Report): void {
  const { securityContext: context } = spec;
  if (context === undefined) return;
  const at = [...path, 'securityContext'];
  validateIds(context, ['fsGroup', 'runAsUser', 'runAsGroup'], at, report);
  for (const [index, group] of (context.supplementalGroups ?? []).entries())
    validateId(group, [...at, 'supplementalGroups', index], report);
  validateSysctls(spec, context, [...at, 'sysctls'], report);
  validateProfiles(context, at, report);
}

export function validateContainerSecurity(context: ISecurityContext, hostUsers: boolean, path: FieldPath, report: Report): void {
  validateIds(context, ['runAsUser', 'runAsGroup'], path, report);
  validateProfiles(context, path, report);
  if (hostUsers && context.procMount === 'Unmasked')
    report([...path, 'procMount'], invalid('Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  if (context.allowPrivilegeEscalation !== false) return;
  const cannot = 'cannot set `allowPrivilegeEscalation` to false and';
  if (context.privileged === true) report(path, invalid(context, `${cannot} \`privileged\` to true`));
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true)
    report(path, invalid(context, `${cannot} \`capabilities.Add\` CAP_SYS_ADMIN`));
}

function validateIds<F extends string>(context: Partial<Record<F, unknown>>, fields: readonly F[], path: FieldPath, report: Report): void {
  for (const field of fields) {
    const id: unknown = context[field];
    if (typeof id === 'number') validateId(id, [...path, field], report);
  }
}

function validateId(id: number, path: FieldPath, report: Report): void {
  if (id < 0 || id > MAX_ID) report(path, invalid(id, ID_RULE));
}

interface Profiles {
  readonly seccompProfile?: ISeccompProfile;
  readonly appArmorProfile?: IAppArmorProfile;
}

function validateProfiles({ seccompProfile, appArmorProfile }: Profiles, path: FieldPath, report: Report): void {
  if (seccompProfile !== undefined) validateSeccomp(seccompProfile, [...path, 'seccompProfile'], report);
  if (appArmorProfile !== undefined) validateAppArmor(appArmorProfile, [...path, 'appArmorProfile'], report);
}

function validateSeccomp({ type, localhostProfile }: ISeccompProfile, path: FieldPath, report: Report): void {
  const at = [...path, 'localhostProfile'];
  if (type === undefined) report([...path, 'type'], required('type is required when seccompProfile is set'));
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) report(at, invalid(localhostProfile, 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined || localhostProfile === '') {
    // An empty path leads upstream to a container that cannot be made, with these words.
    report(at, required('must be set when seccomp type is Localhost'));
  } else {
    if (localhostProfile.startsWith('/')) report(at, invalid(localhostProfile, 'must be a relative path'));
    if (localhostProfile.split('/').includes('..')) report(at, invalid(localhostProfile, "must not contain '..'"));
  }
}

function validateAppArmor({ type, localhostProfile }: IAppArmorProfile, path: FieldPath, report: Report): void {
  const at = [...path, 'localhostProfile'];
  if (type === undefined) report([...path, 'type'], required('type is required when appArmorProfile is set'));
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) report(at, invalid(localhostProfile, 'can only be set when AppArmor type is Localhost'));
    return;
  }
  const name = localhostProfile ?? '';
  if (name.trim() === '') report(at, required('must be set when AppArmor type is Localhost'));
  else if (name.trim() !== name) report(at, invalid(name, 'must not be padded with whitespace'));
  if (name.length > MAX_APP_ARMOR_NAME) report(at, tooLong(MAX_APP_ARMOR_NAME));
}

/** In the namespaces of the machine a Pod's values would be the machine's. */
function validateSysctls(spec: IPodSpec, { sysctls = [] }: IPodSecurityContext, path: FieldPath, report: Report): void {
  const names = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = [...path, index, 'name'];
    if (name === '') report(at, required());
    else if (!isSysctlName(name)) report(at, invalid(name, SYSCTL_RULE));
    else if (names.has(name)) report(at, duplicate(name));
    names.add(name);
    const namespace = sysctlNamespace(normalSysctlName(name));
    if (namespace === 'Net' && spec.hostNetwork === true) report(at, invalid(name, "may not be specified when 'hostNetwork' is true"));
    if (namespace === 'IPC' && spec.hostIPC === true) report(at, invalid(name, "may not be specified when 'hostIPC' is true"));
  }
}
