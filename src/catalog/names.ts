import { DomainError } from '../platform/errors.js';
import { strangeNote } from '../platform/text/strange-character.js';

const NAME_CHARACTERS = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** What no file, address or Git reference can be called (git-check-ref-format), or would be taken for another. */
const AWKWARD_DOTS = /\.\.|\.$|\.(?:lock|git)$/i;

/** Whether a model, a deployment or an alias can have the name; also keeps away what the database cannot even compare. */
export function isName(name: string): boolean {
  return NAME_CHARACTERS.test(name) && !AWKWARD_DOTS.test(name);
}

/** Two names are one to a person, and to many a disk, when they differ only in case. */
export function sameButCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
const TAG_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;

/** The alias a bare model name means, when it is set. */
export const DEFAULT_ALIAS = 'production';

/** @throws DomainError INVALID_NAME */
export function checkName(
  what: 'model' | 'deployment' | 'alias' | 'alert rule' | 'evaluation schedule',
  name: string,
  field: readonly string[],
): void {
  if (isName(name)) return;
  throw new DomainError(
    'INVALID_NAME',
    `Expected ${/^[ae]/.test(what) ? 'an' : 'a'} ${what} name of 1 to 63 letters, digits, dots, underscores and hyphens that begins with a letter or digit, has no two dots together, and does not end with a dot, ".git" or ".lock", got ${quoted(name)}.`,
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
  if (/^v\d/i.test(name)) throw tagLike(name, field);
  // Only in capitals: in small letters there may be one from before that is to be moved.
  if (/^(?:[A-Z]+_)?HEAD$/.test(name)) throw reserved('alias', name, field);
  checkNotDigest('alias', name, field);
}

function tagLike(name: string, field: readonly string[]): DomainError {
  return new DomainError(
    'INVALID_NAME',
    `An alias moves, but ${quoted(name)} looks like a version tag, which never does. Choose a word, such as "${DEFAULT_ALIAS}", or use tagVersion.`,
    { field },
  );
}

/**
 * As `checkTagName`, for a tag that is to be given: an archive or a database from before may have one of these.
 *
 * @throws DomainError INVALID_NAME
 */
export function checkNewTagName(name: string, field: readonly string[]): void {
  checkTagName(name, field);
  if (/^(?:(?:[a-z]+_)?head|main|latest)$/i.test(name)) throw reserved('tag', name, field);
}

function reserved(what: 'tag' | 'alias', name: string, field: readonly string[]): DomainError {
  const why = /head$/i.test(name)
    ? 'Git means a commit of its own by it, and warns of two meanings for ever'
    : 'a tag never moves, so it would stay at this version while everybody expects the newest one';
  const instead = what === 'tag' && !/head$/i.test(name) ? ', or setAlias for a name that moves' : '';
  return new DomainError(
    'INVALID_NAME',
    `A${what === 'alias' ? 'n alias' : ' tag'} cannot be called ${quoted(name)}: ${why}. Choose another name${instead}.`,
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
