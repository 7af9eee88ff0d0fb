import { PredictTarget } from '../__generated__/operations.js';
import type { Api } from '../api/api.js';
import { Failure } from '../failure.js';

/** The pipeline that will read the instances; null where there is none, or no such target: who asks it is told. */
export async function targetPipeline(api: Api, target: string): Promise<unknown> {
  const named = target.includes('@');
  try {
    const found = await api.ask(PredictTarget, {
      name: named ? '' : target,
      ref: named ? target : '',
      named,
    });
    const version = named ? found.version : (found.deployment?.version ?? found.model?.version);
    return version?.pipeline ?? null;
  } catch (error) {
    // A name that could not be one: the request itself says so, with its code.
    if (error instanceof Failure && error.code.startsWith('INVALID_')) return null;
    throw error;
  }
}
