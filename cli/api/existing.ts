import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';

/** Queries answer null for what does not exist; whoever named it is told. @throws Failure */
export function existing<T>(
  found: T | null | undefined,
  what: 'model' | 'version' | 'deployment',
  name: string,
  hint: string = SEE[what],
): T {
  if (found !== null && found !== undefined) return found;
  throw new Failure(
    EXIT.REFUSED,
    `${what.toUpperCase()}_NOT_FOUND`,
    `There is no ${what} ${JSON.stringify(name)}. ${hint}`,
  );
}

const SEE = {
  model: 'See: retort list',
  version: 'See: retort list versions <model>',
  deployment: 'See: retort list deployments',
} as const;
