import type { Window } from '../catalog/index.js';
import type { Database } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { Asked } from './asked.js';
import { RecordedRequestStore, type RecordedRequestRecord } from './recorded-request-store.js';
import type { RequestContent } from './request-content.js';

/** Of what is read together. */
const MAX_READ_BYTES = 32 * 1_024 * 1_024;

/** Reads what deployments have recorded. */
export class RecordedRequests {
  private readonly store: RecordedRequestStore;

  constructor(database: Database) {
    this.store = new RecordedRequestStore(database);
  }

  /** The same page of each deployment's, newest first; positions are ids. */
  pages(
    deploymentIds: readonly string[],
    window: Window<bigint>,
    operation?: Asked['operation'],
  ): Promise<RecordedRequestRecord[]> {
    return this.store.pages(deploymentIds, window, operation);
  }

  count(deploymentId: string): Promise<number> {
    return this.store.count(deploymentId);
  }

  /**
   * What was asked, in their order; null for a request that was dropped meanwhile.
   *
   * @throws DomainError INVALID_ARGUMENT when it is more than one answer can hold
   */
  async contents(requests: readonly RecordedRequestRecord[]): Promise<(RequestContent | null)[]> {
    const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
    if (bytes > MAX_READ_BYTES)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected recorded requests of at most ${MAX_READ_BYTES} bytes in one answer, got ${bytes}, of ${requests.length} requests. Ask for fewer.`,
        { field: ['first'] },
      );
    const found = new Map(
      (await this.store.contents(requests.map(({ id }) => id))).map(({ id, content }) => [id, content]),
    );
    return requests.map(({ id }) => found.get(id) ?? null);
  }
}
