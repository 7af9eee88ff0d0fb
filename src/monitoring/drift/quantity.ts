/** Where a watched quantity stands: what is asked, what is answered, or what a pipeline found of the instance between. */
export type QuantityRole = 'INPUT' | 'OUTPUT' | 'QUANTITY';

/** Requests by instances and by tensors are watched apart: they show other things of the same model. */
export type Operation = 'INFER' | 'PREDICT';

/** One thing of a row whose distribution is watched. */
export interface Quantity {
  readonly operation: Operation;
  readonly role: QuantityRole;
  readonly name: string;
  /** Null where nothing says. */
  readonly unit: string | null;
}

/** A finite number, the name of a category, or null where the row does not have it. */
export type Observed = number | string | null;

/** Takes what is seen of one row. */
export type Observe = (quantity: Quantity, value: Observed) => void;

/** Places of a list that are watched each; more would cost more than they tell. */
export const MAX_PLACES = 64;
/** Of one version. */
export const MAX_QUANTITIES = 128;
/** Characters of a category's name that are told apart. */
export const MAX_CATEGORY = 100;

export function keyOf({ operation, role, name }: Quantity): string {
  return `${operation} ${role} ${name}`;
}

/** What can be counted of a value: text is a category, what is not finite is missing. */
export function observed(value: unknown): Observed {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return value.slice(0, MAX_CATEGORY);
  return typeof value === 'boolean' ? String(value) : null;
}
