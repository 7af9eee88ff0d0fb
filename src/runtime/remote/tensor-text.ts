import { encodeTensor, isStrings, type Tensor } from '../../tensors/index.js';
import { runFailed } from '../run-failure.js';

/**
 * Each element as JSON text: floats in the fewest digits that read back to the same, integers with all of theirs.
 *
 * @param bareTokens whether not-a-number and the infinities may stand bare
 * @throws DomainError RUN_FAILED where they may not, and there is one
 */
export function elementTexts(tensor: Tensor, bareTokens: boolean): string[] {
  const { data, datatype, name } = tensor;
  if (isStrings(data)) return data.map((text) => JSON.stringify(text));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, String);
  return (encodeTensor(tensor, 'JSON') as readonly unknown[]).map((value) => {
    // JSON has a negative zero, though neither String() nor JSON.stringify() writes it.
    if (Object.is(value, -0)) return '-0.0';
    if (typeof value !== 'string') return String(value);
    if (bareTokens) return value;
    throw runFailed(
      `input "${name}" (${datatype}) has ${value}, which JSON cannot carry, and the remote engine takes no binary tensors.`,
    );
  });
}

/** Nested as the shape says. */
export function nestedText(texts: readonly string[], shape: readonly number[]): string {
  return nested(texts, shape, 0, 0, texts.length);
}

/** `size` elements from `start`, nested as the dimensions from `dimension` on. */
function nested(
  texts: readonly string[],
  shape: readonly number[],
  dimension: number,
  start: number,
  size: number,
): string {
  const length = shape[dimension];
  if (length === undefined) return texts[start] ?? '';
  if (dimension === shape.length - 1) return `[${texts.slice(start, start + length).join(',')}]`;
  const stride = length === 0 ? 0 : size / length;
  const parts = Array.from({ length }, (_, index) =>
    nested(texts, shape, dimension + 1, start + index * stride, stride),
  );
  return `[${parts.join(',')}]`;
}
