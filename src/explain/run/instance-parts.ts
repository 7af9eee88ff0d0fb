import type { InstanceReader, PreparedBatch } from '../../pipelines/index.js';
import type { AskedModel } from '../values/asked-model.js';
import type { AbsentRows } from './absent-rows.js';
import type { ExplainedRequest } from './explained.js';

/** One instance that could be read, and whom to ask about it. */
export interface InstanceParts {
  readonly request: ExplainedRequest;
  readonly instance: unknown;
  /** Of the instance alone. */
  readonly batch: PreparedBatch;
  readonly absent: AbsentRows;
  readonly model: AskedModel;
  readonly reader: InstanceReader;
}
