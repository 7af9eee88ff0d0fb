import { DomainError } from '../platform/errors.js';
import { checkName, quoted } from './names.js';

/**
 * Which version of a model is meant. `name` is a tag or an alias: within a model no tag and alias share a name, so
 * the two need not be told apart. `digest` means the newest version made of those bytes.
 */
export type VersionSelector =
  | { readonly kind: 'default' }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'digest'; readonly digest: string };

export interface VersionRef {
  readonly model: string;
  readonly selector: VersionSelector;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const SELECTOR_NAME = /^[A-Za-z0-9._-]{1,128}$/;
/** PostgreSQL's integer; a larger number names no version either. */
const MAX_NUMBER = 2 ** 31 - 1;

/**
 * Reads `model`, `model@3`, `model@v1.2.0`, `model@production` or `model@sha256:…`.
 *
 * @throws DomainError INVALID_ARGUMENT or INVALID_NAME when the text is none of these.
 */
export function parseVersionRef(ref: string, field: readonly string[] = ['version']): VersionRef {
  const at = ref.indexOf('@');
  const model = at === -1 ? ref : ref.slice(0, at);
  checkName('model', model, field);
  return { model, selector: at === -1 ? { kind: 'default' } : parseSelector(ref.slice(at + 1), field) };
}

/** Reads what follows the `@`. */
export function parseSelector(text: string, field: readonly string[] = ['version']): VersionSelector {
  if (/^\d+$/.test(text)) return { kind: 'number', number: Math.min(Number(text), MAX_NUMBER) };
  if (DIGEST.test(text)) return { kind: 'digest', digest: text };
  if (SELECTOR_NAME.test(text) && !/^sha256/i.test(text)) return { kind: 'name', name: text };
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a version as a number (3), a tag (v1.2.0), an alias (production) or a digest (sha256: and 64 hexadecimal digits), got ${quoted(text)}.`,
    { field },
  );
}

/**
 * Reads a version given where the model is known already: `3`, `v1.2.0` and so on, or a full reference to the same
 * model.
 */
export function parseSelectorWithin(model: string, text: string, field: readonly string[]): VersionSelector {
  if (!text.includes('@')) return parseSelector(text, field);
  const ref = parseVersionRef(text, field);
  if (ref.model === model) return ref.selector;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a version of "${model}", got ${quoted(text)}, which belongs to another model.`,
    { field },
  );
}

export function formatVersionRef(model: string, selector: VersionSelector): string {
  switch (selector.kind) {
    case 'default':
      return model;
    case 'number':
      return `${model}@${selector.number}`;
    case 'name':
      return `${model}@${selector.name}`;
    case 'digest':
      return `${model}@${selector.digest}`;
  }
}
