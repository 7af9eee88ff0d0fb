import { canonicalJson } from '../archive/canonical-json.js';
import type { Manifest, ManifestVersion } from '../archive/manifest.js';
import type { Planned } from './planned.js';

export interface PlannedVersion extends Planned {
  readonly number: number;
  readonly digest: string;
}

export function planVersions({ versions }: Manifest, here: Manifest | null): PlannedVersion[] {
  return versions.map((version) => {
    const { number, artifact: digest } = version;
    const present = here?.versions[number - 1];
    if (!present) return { number, digest, action: 'ADDED', reason: null };
    const different = differencesOf(version, present);
    if (different.length === 0) return { number, digest, action: 'PRESENT', reason: null };
    return { number, digest, action: 'CONFLICT', reason: `has another ${different.join(', ')} here` };
  });
}

function differencesOf(version: ManifestVersion, present: ManifestVersion): string[] {
  const keys = Object.keys(version) as (keyof ManifestVersion)[];
  return keys.filter((key) => canonicalJson(version[key]) !== canonicalJson(present[key]));
}
