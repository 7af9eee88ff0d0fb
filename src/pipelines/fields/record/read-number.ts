import { describeValue, meantNumber } from '../../instances/describe-value.js';
import { RowError } from '../../prediction.js';

/** As JSON writes numbers; a leading plus and a bare point are common in tables. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A finite number, or the text of one, as tables have it. @throws RowError */
export function readNumber(name: string, value: unknown): number {
  const read = typeof value === 'string' ? numberOfText(value) : value;
  if (typeof read !== 'number' || !Number.isFinite(read))
    throw new RowError(
      'INVALID_INSTANCE',
      `${name} must be a finite number, got ${describeValue(value)}${meantNumber(value)}`,
    );
  return read;
}

/** Undefined for a text that is not a decimal number. */
export function numberOfText(text: string): number | undefined {
  const plain = text.trim();
  return DECIMAL.test(plain) ? Number(plain) : undefined;
}
