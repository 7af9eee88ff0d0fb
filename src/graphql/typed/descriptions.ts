/** What there is to say, as sentences one after another. */
export function sentences(...parts: readonly (string | undefined | false)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== false && part.trim() !== '')
    .map((part) => (/[.!?…]$/.test(String(part)) ? part : `${String(part)}.`))
    .join(' ');
}

/** Null dimension included: a number without one is told as such. */
export function unitAndRange({
  unit,
  minimum,
  maximum,
}: {
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}): string {
  const measured = unit === undefined ? '' : unit === '1' ? 'Without dimension' : `In ${unit}`;
  const range =
    minimum !== undefined && maximum !== undefined
      ? `From ${minimum} to ${maximum}`
      : minimum !== undefined
        ? `At least ${minimum}`
        : maximum !== undefined
          ? `At most ${maximum}`
          : '';
  return sentences(measured, range);
}
