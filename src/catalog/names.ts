import { DomainError } from '../platform/errors.js';
import { strangeNote } from '../platform/text/strange-character.js';

export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;
const TAG_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;

/** The alias a bare model name means, when it is set. */
export const DEFAULT_ALIAS = 'production';

/** @throws DomainError INVALID_NAME */
export function checkName(
  what: 'model' | 'deployment' | 'alias',
  name: string,
  field: readonly string[],
): void {
  if (NAME_PATTERN.test(name)) return;
  throw new DomainError(
    'INVALID_NAME',
    `Expected ${what === 'alias' ? 'an' : 'a'} ${what} name matching ${NAME_PATTERN.source} (small letters, digits and hyphens, at most 63, not starting with a hyphen), got ${quoted(name)}.`,
    { field },
  );
}

/**
 * A reference such as `esol@3` must never be able to mean two things, so an alias may look neither like a number nor
 * like a tag or a digest.
 *
 * @throws DomainError INVALID_NAME
 */
export function checkAliasName(name: string, field: readonly string[]): void {
  if (/^[vV]?\d+[._]/.test(name)) throw tagLike(name, field);
  checkName('alias', name, field);
  if (/^\d+$/.test(name)) {
    throw new DomainError(
      'INVALID_NAME',
      `An alias cannot be a number, since "@${name}" means version ${name}. Choose a word, such as "${DEFAULT_ALIAS}".`,
      { field },
    );
  }
  if (/^v\d/.test(name)) throw tagLike(name, field);
  checkNotDigest('alias', name, field);
}

function tagLike(name: string, field: readonly string[]): DomainError {
  return new DomainError(
    'INVALID_NAME',
    `An alias moves, but ${quoted(name)} looks like a version tag, which never does. Choose a word, such as "${DEFAULT_ALIAS}", or use tagVersion.`,
    { field },
  );
}

/** @throws DomainError INVALID_NAME */
export function checkTagName(name: string, field: readonly string[]): void {
  if (!TAG_PATTERN.test(name)) {
    throw new DomainError(
      'INVALID_NAME',
      `Expected a tag of 1 to 128 letters, digits, dots, underscores and hyphens, got ${quoted(name)}.`,
      { field },
    );
  }
  if (/^\d+$/.test(name)) {
    throw new DomainError(
      'INVALID_NAME',
      `A tag cannot be only digits, since "@${name}" means version ${name}. Try "v${name}".`,
      { field },
    );
  }
  // Tags are names of files and of Git's references elsewhere (git-check-ref-format).
  if (/^[.-]|\.\.|\.$|\.lock$/.test(name)) {
    throw new DomainError(
      'INVALID_NAME',
      `Expected a tag that neither begins with a dot or hyphen, nor ends with a dot or ".lock", nor has two dots together, got ${quoted(name)}.`,
      { field },
    );
  }
  checkNotDigest('tag', name, field);
}

function checkNotDigest(what: string, name: string, field: readonly string[]): void {
  if (!/^sha256/i.test(name)) return;
  throw new DomainError(
    'INVALID_NAME',
    `The ${what} "${name}" would look like a digest. Choose one that does not start with "sha256".`,
    { field },
  );
}

/** What came, short enough to repeat in a message; a character that only looks right is named. */
export function quoted(text: string): string {
  return `${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}${strangeNote(text)}`;
}
