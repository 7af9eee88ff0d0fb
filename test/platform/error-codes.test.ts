import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SYSTEM_CODE_EXITS } from '../../cli/api/graphql-failure.js';
import '../../src/app.js';
import {
  defineErrorCodes,
  DomainError,
  isUserError,
  registeredErrorCodes,
} from '../../src/platform/errors.js';
import { HTTP_ONLY_CODES, HTTP_STATUS } from '../../src/rest/rest-error.js';
import { packageRoot } from '../../src/platform/package-root.js';

const { user, system } = registeredErrorCodes();
const all = [...user, ...system];

describe('error codes', () => {
  it('have an HTTP status each, and HTTP has none for a code that is not registered', () => {
    expect(Object.keys(HTTP_STATUS).sort()).toEqual([...all, ...HTTP_ONLY_CODES].sort());
  });

  it('are known to the command line where they are no mistakes of the caller', () => {
    expect(Object.keys(SYSTEM_CODE_EXITS).sort()).toEqual([...system].sort());
  });

  it('belong to one domain each', () => {
    expect(() => defineErrorCodes({ system: ['MODEL_NOT_FOUND'] })).toThrow(
      'Expected a new error code, got MODEL_NOT_FOUND, which is defined already.',
    );
    expect(new Set(all).size).toBe(all.length);
  });

  it('of no domain do not compile, and are not taken for a mistake of the caller', () => {
    // @ts-expect-error -- no domain defines it
    const error = new DomainError('MODEL_TOO_PRETTY', 'Expected a plainer model.');
    expect(() => isUserError(error)).toThrow('Expected a registered error code, got MODEL_TOO_PRETTY');
    expect(isUserError(new DomainError('MODEL_NOT_FOUND', 'No such model.'))).toBe(true);
    expect(isUserError(new DomainError('OVERLOADED', 'Too busy.'))).toBe(false);
  });

  it('are named by no room below the one that defines them', () => {
    const rooms = roomsFromTheTop();
    const levelOf = new Map(
      rooms.flatMap((room, level) =>
        textsOf(room)
          .filter(({ path }) => path.endsWith('error-codes.ts') || path.endsWith('platform/errors.ts'))
          .flatMap(({ text }) =>
            all.filter((code) => text.includes(`'${code}'`)).map((code) => [code, level]),
          ),
      ) as [string, number][],
    );
    expect([...levelOf.keys()].sort()).toEqual([...all].sort());
    const upward = rooms.flatMap((room, level) =>
      textsOf(room).flatMap(({ path, text }) =>
        all
          .filter((code) => (levelOf.get(code) ?? 0) < level && text.includes(`'${code}'`))
          .map((code) => `${path}: ${code}`),
      ),
    );
    expect(upward).toEqual([]);
  });
});

/** The import order that dependency-cruiser guards. */
function roomsFromTheTop(): readonly string[] {
  const { forbidden } = createRequire(import.meta.url)(join(packageRoot, '.dependency-cruiser.cjs')) as {
    readonly forbidden: readonly { readonly name: string; readonly to: { readonly path?: unknown } }[];
  };
  const lowest = forbidden.find(({ name }) => name === 'no-upward-import-from-platform');
  return [...(/\((.*)\)/.exec(String(lowest?.to.path))?.[1] ?? '').split('|'), 'platform'];
}

function textsOf(room: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(packageRoot, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('__generated__'))
    .map((path) => join(packageRoot, 'src', room, path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
