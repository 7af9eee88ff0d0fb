import { bitsSetOf, columnNames, FIELDS, quantityUnit } from './columns.js';
import { isDescriptor } from './molecules/descriptors.js';
import type { Pipeline } from './pipeline.js';

/** Names and units of the places along a tensor's last dimension. */
export interface TensorColumns {
  /** Null where the places have no names of their own. */
  readonly names: readonly string[] | null;
  /** One for all places, or one each; null: not known. */
  readonly unit: string | readonly string[] | null;
}

/** What a pipeline says of the columns of each tensor of its graph. */
export function tensorColumns({ inputs, outputs }: Pipeline): {
  readonly inputs: Readonly<Record<string, TensorColumns>>;
  readonly outputs: Readonly<Record<string, TensorColumns>>;
} {
  return {
    inputs: mapped(inputs, ({ unit, steps: [source] }) => ({ names: columnNames(source) ?? null, unit })),
    outputs: mapped(outputs, ({ unit, columns }) => ({ names: columns ?? null, unit: unit ?? null })),
  };
}

/** What one of `PreparedInstance.quantities` is: whether the instance itself has it as a field, and its unit. */
export function describeQuantity(
  { instance, inputs }: Pipeline,
  name: string,
): { readonly isField: boolean; readonly unit: string | null } {
  const { kind } = instance;
  if (kind !== 'molecule') {
    const isField = Object.hasOwn(FIELDS[kind], name);
    const source = Object.values(inputs).find(
      ({ steps: [step] }) => step.step === 'field' && step.field === name,
    );
    const unit = source === undefined ? quantityUnit(kind, name) : source.unit;
    return { isField, unit: typeof unit === 'string' ? unit : null };
  }
  const isPrint = Object.keys(inputs).some((input) => bitsSetOf(input) === name);
  return { isField: false, unit: isPrint || !isDescriptor(name) ? '1' : quantityUnit(kind, name) };
}

function mapped<Entry>(
  entries: Readonly<Record<string, Entry>>,
  describe: (entry: Entry) => TensorColumns,
): Record<string, TensorColumns> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, describe(entry)]));
}
