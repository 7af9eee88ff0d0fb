import { ModelVersionNames } from '../__generated__/model.js';
import type { ModelVersionNamesQuery } from '../__generated__/operations.js';
import { usePagedList } from '../api/paged-list.js';

export type NamedVersion = NonNullable<ModelVersionNamesQuery['model']>['versions']['edges'][number]['node'];

/** All versions of a model to choose from, the newest first, with what else they are called. */
export function useVersionNames(model: string): {
  readonly versions: readonly NamedVersion[];
  /** Whether the server has answered. */
  readonly isKnown: boolean;
} {
  const { nodes, data } = usePagedList(
    ModelVersionNames,
    { name: model },
    ({ model: found }) => found?.versions,
    { all: true },
  );
  return { versions: nodes, isKnown: data !== undefined };
}
