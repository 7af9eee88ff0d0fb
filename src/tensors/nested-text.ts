/**
 * Elements that are JSON text already, as nested lists.
 *
 * @param texts of a whole tensor, row-major
 * @param dimension the first that is nested; 0 for the whole tensor
 * @param start of the `size` elements that have these dimensions
 */
export function nestedText(
  texts: readonly string[],
  shape: readonly number[],
  dimension = 0,
  start = 0,
  size = texts.length,
): string {
  const length = shape[dimension];
  if (length === undefined) return texts[start] ?? '';
  if (length === 0) return '[]';
  if (dimension === shape.length - 1) return `[${texts.slice(start, start + size).join(',')}]`;
  const stride = size / length;
  const parts = Array.from({ length }, (_, index) =>
    nestedText(texts, shape, dimension + 1, start + index * stride, stride),
  );
  return `[${parts.join(',')}]`;
}

/** An element of a tensor encoded as JSON, as it stands in text; null for a text, which each protocol writes in its own way. */
export function numberText(element: unknown): string | null {
  // JSON has a negative zero, though neither String() nor JSON.stringify() writes it.
  if (Object.is(element, -0)) return '-0.0';
  return typeof element === 'string' ? null : String(element);
}
