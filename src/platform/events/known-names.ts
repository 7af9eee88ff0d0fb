import { DomainError } from '../errors.js';
import type { EventFilter } from './event.js';
import type { EventStore } from './event-store.js';

/**
 * Refuses a filter on what there never was, which would otherwise find nothing for ever.
 *
 * @throws DomainError INVALID_ARGUMENT for the name of a model or deployment that no event speaks of
 */
export async function refuseUnknownNames(
  { model, deployment }: EventFilter,
  store: Pick<EventStore, 'knows'>,
): Promise<void> {
  if (model !== undefined && !(await store.knows({ model }))) throw neverSeen('model', model);
  if (deployment !== undefined && !(await store.knows({ deployment })))
    throw neverSeen('deployment', deployment);
}

function neverSeen(what: 'model' | 'deployment', name: string): DomainError {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected the name of a ${what} that there is or was, got ${JSON.stringify(shown)}, of which no event speaks. ` +
      `Query.${what}s lists those that there are; to wait for one of this name, set allowUnknown: true in the filter.`,
    { field: ['filter', what] },
  );
}
