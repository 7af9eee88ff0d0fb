import type { Transaction } from '../platform/database/index.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Caller } from '../security/index.js';
import type { CatalogStores } from './catalog-stores.js';
import type { ModelRecord } from './catalog-records.js';

/** What changing the catalog has in common: one transaction with its events, and one lock for each model. */
export class CatalogChanges {
  constructor(
    private readonly stores: CatalogStores,
    private readonly events: EventLog,
  ) {}

  /** The change and the events that tell of it, wholly or not at all. @throws DomainError UNAVAILABLE */
  commit<T>(
    work: (tx: Transaction) => Promise<{ result: T; events: NewEvent[] }>,
    options?: { readonly timeoutMs?: number },
  ): Promise<T> {
    return this.events.transaction(work, options);
  }

  /** Until the transaction ends nobody else changes this model, its tags or its aliases. @throws DomainError MODEL_NOT_FOUND */
  async lockModel(tx: Transaction, name: string, field: readonly string[]): Promise<ModelRecord> {
    const model = await this.stores.models.lock(tx, name);
    if (!model) throw await this.stores.unknownModel(name, field, tx);
    return model;
  }
}

export function newEvent(
  caller: Caller,
  kind: NewEvent['kind'],
  message: string,
  about: { model: ModelRecord; version?: { id: string; number: number }; data?: NewEvent['data'] },
): NewEvent {
  const { model, version, data } = about;
  return {
    kind,
    message,
    actor: caller.actor,
    requestId: caller.requestId,
    model: { id: model.id, name: model.name },
    ...(version && { version: { id: version.id, number: version.number } }),
    ...(data && { data }),
  };
}
