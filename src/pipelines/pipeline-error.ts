import { DomainError } from '../platform/errors.js';

/** `path` leads from the pipeline to what is wrong: ['inputs', 'features', 'unit']. */
export function invalidPipeline(path: readonly PropertyKey[], message: string): DomainError {
  const where = path.length === 0 ? 'pipeline' : `pipeline.${path.map(String).join('.')}`;
  return new DomainError('INVALID_PIPELINE', `${where}: ${message}`, {
    field: ['pipeline', ...path.map(String)],
  });
}
