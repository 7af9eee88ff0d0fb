import { DomainError } from '../platform/errors.js';
import { quoted } from './names.js';
import { similarNames } from '../platform/similar-names.js';
import { formatVersionRef, type VersionRef } from './version-ref.js';

const SHOWN = 8;

export function modelNotFound(
  name: string,
  existing: readonly string[],
  field: readonly string[],
): DomainError {
  const similar = similarNames(name, existing);
  const hint =
    similar.length > 0
      ? `Did you mean ${list(similar)}?`
      : existing.length === 0
        ? 'The catalog is empty: add a model with registerModel.'
        : existing.length <= SHOWN
          ? `The catalog has ${list(existing)}.`
          : 'The query "models" lists those that exist.';
  return new DomainError('MODEL_NOT_FOUND', `No model is named ${quoted(name)}. ${hint}`, { field });
}

/** What a model offers, for the message that says what it does not. */
export interface VersionNames {
  readonly latestVersion: number;
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
}

export function versionNotFound(
  ref: VersionRef,
  existing: VersionNames,
  field: readonly string[],
): DomainError {
  const { model } = ref;
  if (existing.latestVersion === 0) {
    return new DomainError(
      'VERSION_NOT_FOUND',
      `Model "${model}" has no version yet: add one with publishVersion.`,
      { field },
    );
  }
  const numbers = existing.latestVersion === 1 ? 'version 1' : `versions 1 to ${existing.latestVersion}`;
  const tags = existing.tags.length > 0 ? `, tags ${list(existing.tags)}` : '';
  const aliases = existing.aliases.length > 0 ? `, aliases ${list(existing.aliases)}` : '';
  return new DomainError(
    'VERSION_NOT_FOUND',
    `There is no ${quoted(formatVersionRef(model, ref.selector))}. Model "${model}" has ${numbers}${tags}${aliases}.`,
    {
      field,
    },
  );
}

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, SHOWN)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
