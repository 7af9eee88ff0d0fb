/**
 * A page of a list, told by positions instead of offsets: rows that are added or removed elsewhere in the list
 * neither repeat nor hide a row. The answer keeps the list's own order, also when taken from the end.
 */
export interface Window<Position> {
  /** Exclusive. */
  readonly after?: Position | undefined;
  /** Exclusive. */
  readonly before?: Position | undefined;
  readonly take: number;
  readonly fromEnd: boolean;
}

export type ModelOrderField = 'NAME' | 'CREATED_AT' | 'UPDATED_AT';

export interface ModelOrder {
  readonly field: ModelOrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** Where a model stands in an order: the value it is sorted by, and its id where that value is not unique. */
export interface ModelPosition {
  readonly value: string;
  readonly id: string;
}

export function modelPosition(
  order: ModelOrder,
  model: { readonly id: string; readonly name: string; readonly createdAt: Date; readonly updatedAt: Date },
): ModelPosition {
  switch (order.field) {
    case 'NAME':
      return { value: model.name, id: model.id };
    case 'CREATED_AT':
      return { value: model.createdAt.toISOString(), id: model.id };
    case 'UPDATED_AT':
      return { value: model.updatedAt.toISOString(), id: model.id };
  }
}
