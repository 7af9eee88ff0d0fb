import type { Signature } from '../../tensors/index.js';

/** Where a converter writes down which classes the columns of an output stand for: JSON, `{output: [label, …]}`. */
const CLASSES = 'retort.class_labels';

/** The signature with the classes that the file names, where there are as many as the output has columns. */
export function withDeclaredClasses(
  signature: Signature,
  metadata: Readonly<Record<string, string>>,
): Signature {
  const named = labelsOf(metadata[CLASSES]);
  if (named.size === 0) return signature;
  return {
    ...signature,
    outputs: signature.outputs.map((spec) => {
      const labels = named.get(spec.name);
      const columns = spec.shape.at(-1);
      const fits = labels !== undefined && spec.classLabels === undefined && spec.shape.length > 1;
      return fits && (columns === labels.length || columns === -1) ? { ...spec, classLabels: labels } : spec;
    }),
  };
}

/** Whatever else it may be, it is a word of the file's about itself: then it says nothing. */
function labelsOf(text: string | undefined): ReadonlyMap<string, string[]> {
  try {
    const said: unknown = JSON.parse(text ?? '{}');
    if (typeof said !== 'object' || said === null) return new Map();
    return new Map(
      Object.entries(said).flatMap(([output, labels]: [string, unknown]) =>
        Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string')
          ? [[output, labels.map((label: string) => label.replaceAll('\0', '\uFFFD'))] as const]
          : [],
      ),
    );
  } catch {
    return new Map();
  }
}
