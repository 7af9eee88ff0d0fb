import type { Prisma } from '../database/index.js';
import type { EventKind } from '../database/__generated__/prisma/enums.js';

export type { EventKind };
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** Something that is about to have happened: it is stored in the transaction that makes it true. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly message: string;
  readonly actor: string;
  readonly requestId?: string | undefined;
  readonly model?: { readonly id: string; readonly name: string } | undefined;
  readonly version?: { readonly id: string; readonly number: number } | undefined;
  readonly deployment?: { readonly id: string; readonly name: string } | undefined;
  readonly data?: JsonObject | undefined;
}

/** Something that happened. `cursor` rises by exactly one from event to event, in the order of commit. */
export interface EventRecord {
  readonly cursor: bigint;
  readonly at: Date;
  readonly kind: EventKind;
  readonly message: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly modelId: string | null;
  readonly modelName: string | null;
  readonly versionId: string | null;
  readonly versionNumber: number | null;
  readonly deploymentId: string | null;
  readonly deploymentName: string | null;
  readonly data: JsonObject;
}

/** All conditions must hold; names, not ids, so that a filter also finds what has been deleted. */
export interface EventFilter {
  readonly kinds?: readonly EventKind[] | undefined;
  readonly model?: string | undefined;
  readonly deployment?: string | undefined;
  readonly requestId?: string | undefined;
}

export function matches(filter: EventFilter, event: EventRecord): boolean {
  return (
    (filter.kinds === undefined || filter.kinds.includes(event.kind)) &&
    (filter.model === undefined || filter.model === event.modelName) &&
    (filter.deployment === undefined || filter.deployment === event.deploymentName) &&
    (filter.requestId === undefined || filter.requestId === event.requestId)
  );
}

/** The same condition as `matches`, for the database. */
export function filterToWhere(filter: EventFilter): Prisma.EventWhereInput {
  return {
    ...(filter.kinds && { kind: { in: [...filter.kinds] } }),
    ...(filter.model !== undefined && { modelName: filter.model }),
    ...(filter.deployment !== undefined && { deploymentName: filter.deployment }),
    ...(filter.requestId !== undefined && { requestId: filter.requestId }),
  };
}
