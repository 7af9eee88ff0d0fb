import { bitsSetOf, columnNames, FIELDS, quantityUnit } from '../chain/columns.js';
import { compilePipeline } from '../compiled/compile-pipeline.js';
import { isDescriptor } from '../molecules/descriptors.js';
import type { Pipeline, PipelineOfChains } from '../pipeline.js';

/** Names and units of the places along a tensor's last dimension. */
export interface TensorColumns {
  /** Null where the places have no names of their own. */
  readonly names: readonly string[] | null;
  /** One for all places, or one each; null: not known. */
  readonly unit: string | readonly string[] | null;
}

/** What inputs of either format say of their tensors. */
export interface TensorUse {
  readonly unit?: string | readonly string[];
  readonly description?: string;
}

/** What a pipeline says of the columns of each tensor of its graph. */
export function tensorColumns(pipeline: Pipeline): {
  readonly inputs: Readonly<Record<string, TensorColumns>>;
  readonly outputs: Readonly<Record<string, TensorColumns>>;
} {
  return {
    inputs: mapped<TensorUse>(pipeline.inputs, (name, { unit }) => ({
      names: inputColumns(pipeline, name),
      unit: unit ?? null,
    })),
    outputs: mapped(pipeline.outputs, (_, { unit, columns }) => ({
      names: columns ?? null,
      unit: unit ?? null,
    })),
  };
}

/** Names of an input's columns; null where they have none. */
export function inputColumns(pipeline: Pipeline, input: string): readonly string[] | null {
  if (pipeline.format === 1) {
    const source = pipeline.inputs[input]?.steps[0];
    return (source && columnNames(source)) ?? null;
  }
  const kind = compilePipeline(pipeline).kinds.get(pipeline.inputs[input]?.of ?? '');
  return (kind?.kind === 'numbers' ? kind.names : undefined) ?? null;
}

/** What one of an instance's quantities is: whether the instance itself has it as a field, and its unit. */
export function describeQuantity(
  pipeline: Pipeline,
  name: string,
): { readonly isField: boolean; readonly unit: string | null } {
  if (pipeline.format === 1) return describeChainQuantity(pipeline, name);
  const { isField = false, unit = null } =
    compilePipeline(pipeline).quantities.find((quantity) => quantity.name === name) ?? {};
  return { isField, unit };
}

function describeChainQuantity({ instance, inputs }: PipelineOfChains, name: string) {
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
  describe: (name: string, entry: Entry) => TensorColumns,
): Record<string, TensorColumns> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, describe(name, entry)]));
}
