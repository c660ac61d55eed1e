import type { IContainerPort } from 'kubernetes-models/v1/ContainerPort';
import { duplicate, invalid, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { ipAddress, portName } from './name-rules.ts';
import type { Report } from './problem.ts';
import { portNumber } from './validate-handler.ts';

export interface PodPorts {
  readonly hostNetwork: boolean;
  /** Host ports taken by the containers seen so far; grows. */
  readonly taken: Set<string>;
}

/** The ports of one container, against themselves and against those of the containers before it. */
export function validatePorts(ports: readonly IContainerPort[], path: FieldPath, pod: PodPorts, report: Report): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = [...path, index];
    validatePortName(port.name ?? '', [...at, 'name'], names, report);
    validateNumbers(port, at, pod, report);
    const complaint = (port.hostIP ?? '') === '' ? undefined : ipAddress(port.hostIP as string);
    if (complaint !== undefined) report([...at, 'hostIP'], invalid(port.hostIP, complaint));
  }
}

function validatePortName(name: string, path: FieldPath, names: Set<string>, report: Report): void {
  if (name === '') return;
  const complaint = portName(name);
  if (complaint !== undefined) report(path, invalid(name, complaint));
  else if (names.has(name)) report(path, duplicate(name));
  names.add(name);
}

function validateNumbers(port: IContainerPort, at: FieldPath, pod: PodPorts, report: Report): void {
  const containerPort = port.containerPort ?? 0;
  const hostPort = port.hostPort ?? 0;
  if (containerPort === 0) report([...at, 'containerPort'], required());
  else complain([...at, 'containerPort'], containerPort, report);
  if (pod.hostNetwork && hostPort !== containerPort)
    report([...at, 'hostPort'], invalid(hostPort, 'must match `containerPort` when `hostNetwork` is true'));
  if (hostPort === 0) return;
  complain([...at, 'hostPort'], hostPort, report);
  const key = `${port.protocol}/${port.hostIP ?? ''}/${hostPort}`;
  if (pod.taken.has(key)) report([...at, 'hostPort'], duplicate(key));
  pod.taken.add(key);
}

function complain(path: FieldPath, port: number, report: Report): void {
  const complaint = portNumber(port);
  if (complaint !== undefined) report(path, invalid(port, complaint));
}
