import type { ApiVolume } from '../../model/api-objects.ts';
import { field, line } from './lines.ts';

/** Lines of a volume below its name; undefined when the volume is of another kind. */
export type VolumeText = (volume: ApiVolume) => readonly string[] | undefined;

export type Settings = readonly (readonly [name: string, value: string])[];

/** kubectl forgot the colon of this one. */
const COLONLESS: ReadonlySet<string> = new Set(['ISCSIInterface']);

/** A kind of volume that is described by its settings alone. */
export const volumeKind =
  <Name extends keyof ApiVolume>(name: Name, type: string, settings: (source: NonNullable<ApiVolume[Name]>) => Settings): VolumeText =>
  (volume) => {
    const source = volume[name];
    if (source === undefined || source === null) return undefined;
    return [
      field(2, 'Type', type),
      ...settings(source).map(([setting, value]) => line(2, `${setting}${COLONLESS.has(setting) ? '' : ':'}\t${value}`)),
    ];
  };
