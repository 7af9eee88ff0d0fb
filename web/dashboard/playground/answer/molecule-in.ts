import { moleculeTextOf } from '../../molecules/molecule-text.js';
import type { PlayedVersion } from '../playground-page.js';

/** The name of the field that is a molecule, to be drawn; undefined where there is none. */
export function moleculeField({ fields }: Pick<PlayedVersion, 'fields'>): string | undefined {
  return fields.find(({ kind }) => kind === 'molecule')?.name;
}

/** The molecule of an instance, which may be the instance itself; null where there is none. */
export function moleculeIn(instance: unknown, version: Pick<PlayedVersion, 'fields'>): string | null {
  const name = moleculeField(version);
  if (name === undefined) return null;
  const isRecord = typeof instance === 'object' && instance !== null && name in instance;
  return moleculeTextOf(isRecord ? (instance as Record<string, unknown>)[name] : instance);
}
