type Entry = Readonly<Record<string, unknown>>;

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A pipeline to go on from: what the graph says is left out, and where no unit is known "1" stands. */
export function firstPipeline(pipeline: unknown): unknown {
  if (!isEntry(pipeline)) return pipeline;
  const { inputs, outputs, result, ...rest } = pipeline;
  return {
    ...rest,
    inputs: withUnits(inputs),
    outputs: withUnits(outputs),
    ...(isTelling(result) && { result }),
  };
}

function withUnits(tensors: unknown): unknown {
  if (!isEntry(tensors)) return tensors;
  return Object.fromEntries(
    Object.entries(tensors).map(([name, entry]) => {
      if (!isEntry(entry)) return [name, entry];
      const { datatype } = entry;
      const rest: Entry = Object.fromEntries(
        Object.entries(entry).filter(([key]) => key !== 'datatype' && key !== 'shape'),
      );
      const isText = datatype === 'BYTES' || rest.classes !== undefined;
      return [name, isText || rest.unit !== undefined ? rest : { ...rest, unit: '1' }];
    }),
  );
}

/** Whether results say more than that each output is answered as it is. */
function isTelling(result: unknown): boolean {
  return (
    isEntry(result) &&
    Object.entries(result).some(
      ([name, one]) =>
        isEntry(one) && (one.output !== name || (Array.isArray(one.steps) && one.steps.length > 0)),
    )
  );
}
