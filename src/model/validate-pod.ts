import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { forbidden, invalid, required, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { dnsLabel, dnsSubdomain, ipAddress, type NameRule, searchDomain } from './name-rules.ts';
import type { Finding, Report } from './problem.ts';
import { validateContainers } from './validate-containers.ts';
import { validateLabels, validateMetadata } from './validate-metadata.ts';
import { validatePodSecurity } from './validate-security.ts';
import { validateVolumes } from './validate-volumes.ts';

/** Seconds that fit a signed 32-bit number; upstream's own bound for deadlines, hooklet's for the grace as well. */
const MAX_SECONDS = 2 ** 31 - 1;

/**
 * What is wrong with a Pod whose types were checked and whose defaults were filled in. The rules and the words are
 * those of `pkg/apis/core/validation/validation.go`; rules of hooklet's own say so where they stand.
 */
export function validatePod(pod: IPod): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  validateMetadata(pod.metadata ?? {}, ['metadata'], report);
  if (pod.spec !== undefined) validateSpec(pod.spec, ['spec'], report);
  return findings;
}

function validateSpec(spec: IPodSpec, path: FieldPath, report: Report): void {
  const volumes = validateVolumes(spec.volumes ?? [], [...path, 'volumes'], report);
  validateContainers(spec, volumes, path, report);
  validateSeconds(spec, path, report);
  validateNames(spec, path, report);
  validateDns(spec, path, report);
  validateHost(spec, path, report);
  validatePodSecurity(spec, path, report);
  validateLabels(spec.nodeSelector ?? {}, [...path, 'nodeSelector'], report);
}

function validateSeconds(spec: IPodSpec, path: FieldPath, report: Report): void {
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  if (grace > MAX_SECONDS)
    report([...path, 'terminationGracePeriodSeconds'], invalid(grace, `must be between 0 and ${MAX_SECONDS}, inclusive`));
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_SECONDS)) {
    report([...path, 'activeDeadlineSeconds'], invalid(deadline, `must be between 1 and ${MAX_SECONDS}, inclusive`));
  }
}

function validateNames(spec: IPodSpec, path: FieldPath, report: Report): void {
  const check = (
    field: 'hostname' | 'subdomain' | 'nodeName' | 'serviceAccountName' | 'priorityClassName' | 'runtimeClassName' | 'schedulerName',
    rule: NameRule,
  ): void => {
    const value = spec[field] ?? '';
    const complaint = value === '' ? undefined : rule(value);
    if (complaint !== undefined) report([...path, field], invalid(value, complaint));
  };
  check('hostname', dnsLabel);
  check('subdomain', dnsLabel);
  for (const field of ['nodeName', 'serviceAccountName', 'priorityClassName', 'runtimeClassName'] as const) check(field, dnsSubdomain);
  for (const [index, secret] of (spec.imagePullSecrets ?? []).entries()) {
    if ((secret.name ?? '') === '') report([...path, 'imagePullSecrets', index, 'name'], required());
  }
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LINE = 2048;

function validateDns(spec: IPodSpec, path: FieldPath, report: Report): void {
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const at = [...path, 'dnsConfig'];
  if (spec.dnsPolicy === 'None' && spec.dnsConfig === undefined) report(at, required('must provide `dnsConfig` when `dnsPolicy` is None'));
  else if (spec.dnsPolicy === 'None' && nameservers.length === 0)
    report([...at, 'nameservers'], required('must provide at least one DNS nameserver when `dnsPolicy` is None'));
  if (nameservers.length > MAX_NAMESERVERS)
    report([...at, 'nameservers'], invalid(nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  for (const [index, nameserver] of nameservers.entries()) {
    const complaint = ipAddress(nameserver);
    if (complaint !== undefined) report([...at, 'nameservers', index], invalid(nameserver, complaint));
  }
  if (searches.length > MAX_SEARCHES)
    report([...at, 'searches'], invalid(searches, `must not have more than ${MAX_SEARCHES} search paths`));
  if (searches.join(' ').length > MAX_SEARCH_LINE)
    report(
      [...at, 'searches'],
      invalid(searches, `must not have more than ${MAX_SEARCH_LINE} characters (including spaces) in the search list`),
    );
  validateSearches(searches, [...at, 'searches'], report);
  for (const [index, option] of options.entries()) {
    if ((option.name ?? '') === '') report([...at, 'options', index], required('must not be empty'));
  }
}

/** The root, a dot alone, is a domain too (RelaxedDNSSearchValidation). */
function validateSearches(searches: readonly string[], path: FieldPath, report: Report): void {
  for (const [index, search] of searches.entries()) {
    const complaint = search === '.' ? undefined : searchDomain(search.replace(/\.$/, ''));
    if (complaint !== undefined) report([...path, index], invalid(search, complaint));
  }
}

const SYSTEMS = ['linux', 'windows'];

function validateHost(spec: IPodSpec, path: FieldPath, report: Report): void {
  if (spec.os !== undefined) {
    if ((spec.os.name ?? '') === '') report([...path, 'os', 'name'], required('cannot be empty'));
    else if (!SYSTEMS.includes(spec.os.name)) report([...path, 'os', 'name'], unsupported(spec.os.name, SYSTEMS));
  }
  if (spec.hostPID === true && spec.shareProcessNamespace === true) {
    report([...path, 'shareProcessNamespace'], invalid(true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  validateHostAliases(spec, [...path, 'hostAliases'], report);
}

function validateHostAliases({ hostAliases = [], hostNetwork }: IPodSpec, path: FieldPath, report: Report): void {
  if (hostNetwork === true && hostAliases.length > 0) report(path, forbidden('may not be set when `hostNetwork` is true'));
  for (const [index, { ip, hostnames }] of hostAliases.entries()) {
    const complaint = ipAddress(ip ?? '');
    if (complaint !== undefined) report([...path, index, 'ip'], invalid(ip ?? '', complaint));
    for (const [at, name] of (hostnames ?? []).entries()) {
      const wrong = dnsSubdomain(name);
      if (wrong !== undefined) report([...path, index, 'hostnames', at], invalid(name, wrong));
    }
  }
}
