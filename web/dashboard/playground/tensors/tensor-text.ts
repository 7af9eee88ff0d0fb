import type { DataType, PlaygroundVersionQuery, TensorInput } from '../../__generated__/operations.js';

type Version = NonNullable<PlaygroundVersionQuery['version']>;

/** A tensor as it stands in the form. */
export interface TensorText {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: string;
  readonly data: string;
  /** What the signature says of it. */
  readonly about: string;
}

export interface TensorFault {
  readonly shape?: string;
  readonly data?: string;
}

export interface ReadTensors {
  /** Null while something is wrong. */
  readonly inputs: readonly TensorInput[] | null;
  readonly faults: Readonly<Partial<Record<string, TensorFault>>>;
}

/** The form's first content: the first example, else zeros of the smallest size. */
export function firstTensors({ signature, examples }: Version): TensorText[] {
  const example = examples.find(({ inputs }) => inputs !== null)?.inputs ?? [];
  return signature.inputs
    .filter(({ name, optional }) => !optional || example.some((tensor) => tensor.name === name))
    .map(({ name, datatype, shape, unit, description }) => {
      const given = example.find((tensor) => tensor.name === name);
      const extents = given?.shape ?? shape.map((extent) => (extent === -1 ? 1 : extent));
      const size = extents.reduce((product, extent) => product * extent, 1);
      return {
        name,
        datatype,
        shape: JSON.stringify(extents),
        data: JSON.stringify(
          given?.data ?? Array.from({ length: Math.min(size, 10_000) }, () => blank(datatype)),
        ),
        about: [
          description,
          unit === null ? null : `in ${unit}`,
          `shape [${shape.map((extent) => (extent === -1 ? 'any' : extent)).join(', ')}]`,
        ]
          .filter((part) => part !== null)
          .join(', '),
      };
    });
}

function blank(datatype: DataType): unknown {
  if (datatype === 'BOOL') return false;
  return datatype === 'BYTES' ? '' : 0;
}

/** What is sent; what cannot be read says so beside its field. The server checks the rest. */
export function tensorInputs(texts: readonly TensorText[]): ReadTensors {
  const faults: Partial<Record<string, TensorFault>> = {};
  const inputs = texts.map(({ name, datatype, shape, data }): TensorInput => {
    const extents = parsed(shape);
    const values = parsed(data);
    const isShape =
      Array.isArray(extents) && extents.every((extent) => Number.isInteger(extent) && extent >= 0);
    const fault: TensorFault = {
      ...(!isShape && { shape: 'Expected a list of whole numbers, such as [1, 4].' }),
      ...(values === undefined && { data: 'This is not JSON yet.' }),
    };
    if (Object.keys(fault).length > 0) faults[name] = fault;
    return { name, datatype, shape: isShape ? (extents as number[]) : [], data: values };
  });
  return { inputs: Object.keys(faults).length === 0 ? inputs : null, faults };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
