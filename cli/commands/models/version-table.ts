import type { VersionRowFragment } from '../../__generated__/operations.js';
import { bytes, moment, number, withUnit } from '../../terminal/format.js';
import { table } from '../../terminal/layout.js';

/** Versions with what people look for in a list of them. */
export function versionTable(versions: readonly VersionRowFragment[]): string {
  return table(
    ['VERSION', 'TAGS', 'ALIASES', 'METRICS', 'SIZE', 'PUBLISHED', 'BY'],
    versions.map((version) => [
      version.ref,
      version.tags.map(({ name }) => name).join(' '),
      version.aliases.map(({ name }) => name).join(' '),
      // Two tell versions apart in most catalogs; all of them are in `show`.
      version.metrics
        .slice(0, 2)
        .map(({ name, value, unit }) => `${name} ${withUnit(number(value), unit)}`)
        .join(', '),
      bytes(version.artifact.size),
      moment(version.createdAt),
      version.createdBy,
    ]),
  );
}
