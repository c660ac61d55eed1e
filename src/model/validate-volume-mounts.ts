import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IVolumeMount } from 'kubernetes-models/v1/VolumeMount';
import { forbidden, invalid, notFound, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Report } from './problem.ts';
import { validateRelativePath } from './validate-projected-volume.ts';

type Mounts = Pick<IContainer, 'volumeMounts' | 'volumeDevices' | 'securityContext'>;

export function validateVolumeMounts(container: Mounts, volumes: ReadonlySet<string>, path: FieldPath, report: Report): void {
  const taken = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = [...path, 'volumeMounts', index];
    validateVolumeName(mount.name ?? '', volumes, [...at, 'name'], report);
    validateMountPath(mount.mountPath ?? '', taken, [...at, 'mountPath'], report);
    validateOptions(mount, container.securityContext?.privileged === true, at, report);
  }
  for (const [index, device] of (container.volumeDevices ?? []).entries()) {
    const at = [...path, 'volumeDevices', index];
    validateVolumeName(device.name ?? '', volumes, [...at, 'name'], report);
    validateMountPath(device.devicePath ?? '', taken, [...at, 'devicePath'], report);
  }
}

function validateVolumeName(name: string, volumes: ReadonlySet<string>, path: FieldPath, report: Report): void {
  if (name === '') report(path, required());
  else if (!volumes.has(name)) report(path, notFound(name));
}

function validateMountPath(mountPath: string, taken: Set<string>, path: FieldPath, report: Report): void {
  if (mountPath === '') report(path, required());
  // In the API's documentation, though its validation lets it pass and the container then fails to start.
  else if (mountPath.includes(':')) report(path, invalid(mountPath, "must not contain ':'"));
  else if (taken.has(mountPath)) report(path, invalid(mountPath, 'must be unique'));
  taken.add(mountPath);
}

function validateOptions(mount: IVolumeMount, isPrivileged: boolean, path: FieldPath, report: Report): void {
  const subPath = mount.subPath ?? '';
  const subPathExpr = mount.subPathExpr ?? '';
  if (subPath !== '') validateRelativePath(subPath, [...path, 'subPath'], report);
  if (subPathExpr !== '') {
    if (subPath !== '') report([...path, 'subPathExpr'], invalid(subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    validateRelativePath(subPathExpr, [...path, 'subPathExpr'], report);
  }
  if (mount.mountPropagation === 'Bidirectional' && !isPrivileged) {
    report([...path, 'mountPropagation'], forbidden('Bidirectional mount propagation is available only to privileged containers'));
  }
  const recursive = mount.recursiveReadOnly ?? 'Disabled';
  if (recursive !== 'Disabled' && mount.readOnly !== true)
    report([...path, 'recursiveReadOnly'], forbidden('may only be specified when readOnly is true'));
}
