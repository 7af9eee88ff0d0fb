import { describeValue, isObject, meantNumber, quote } from '../instances/describe-value.js';
import { RowError } from '../prediction.js';
import { converter, type Convert } from './convert.js';
import { parseUnit } from './parse-unit.js';

/** As JSON writes numbers; a leading plus and a bare point are common in tables. */
const DECIMAL = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const NUMBER = new RegExp(`^${DECIMAL}$`);
const QUANTITY = new RegExp(String.raw`^(${DECIMAL})\s*(\S.*)$`, 's');
const MAX_KNOWN = 100;

/** Undefined for a text that is not a decimal number. */
export function numberOfText(text: string): number | undefined {
  const plain = text.trim();
  return NUMBER.test(plain) ? Number(plain) : undefined;
}

/**
 * Reads numbers with or without their unit: 298.15, "298.15", "25 degC" or {"value": 25, "unit": "degC"}, in the unit that
 * the model was trained in.
 */
export class QuantityReader {
  private readonly known = new Map<string, Convert | { readonly fault: string }>();
  private readonly isAbsolute: boolean;

  /** @param unit the model's; undefined where nobody has said it, and nothing can be converted */
  constructor(
    private readonly name: string,
    private readonly unit: string | undefined,
  ) {
    this.isAbsolute = (unit === undefined ? undefined : parseUnit(unit)?.offset) !== undefined;
  }

  /** @throws RowError */
  read(value: unknown): number {
    const { value: given, unit } = isObject(value) ? this.parts(value) : { value, unit: undefined };
    const number =
      typeof given === 'number' ? given : typeof given === 'string' ? this.ofText(given, unit) : undefined;
    if (number === undefined || !Number.isFinite(number)) throw this.noNumber(value);
    return typeof given === 'number' && unit !== undefined ? this.converted(number, unit) : number;
  }

  /** What turns numbers of this unit into the model's. @throws RowError naming both dimensions */
  convert(unit: string): Convert {
    let convert = this.known.get(unit);
    if (convert === undefined) {
      convert =
        this.unit === undefined
          ? {
              fault: `the model does not say its unit, so ${quote(unit)} cannot be converted; give the number alone`,
            }
          : converter(unit, this.unit);
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      this.known.set(unit, convert);
    }
    if (typeof convert === 'function') return convert;
    throw new RowError('INCOMPATIBLE_UNIT', `${this.name}: ${convert.fault}`);
  }

  /** The value and the unit of an object. @throws RowError */
  parts(object: Readonly<Record<string, unknown>>): { readonly value: unknown; readonly unit: string } {
    const { value, unit, ...others } = object;
    if (typeof unit !== 'string' || value === undefined || Object.keys(others).length > 0)
      throw new RowError(
        'INVALID_INSTANCE',
        `${this.name} must be a number, or {"value": 1, "unit": "…"}, got ${describeValue(object)}`,
      );
    return { value, unit };
  }

  private ofText(text: string, unit: string | undefined): number | undefined {
    const plain = numberOfText(text);
    if (plain !== undefined) return unit === undefined ? plain : this.converted(plain, unit);
    const [, number, own] = QUANTITY.exec(text.trim()) ?? [];
    if (number === undefined || own === undefined || unit !== undefined) return undefined;
    // "1 000" and "1,5" are numbers written in another way, and no quantities.
    return /^[\d.,]/.test(own) ? undefined : this.converted(Number(number), own);
  }

  private converted(value: number, unit: string): number {
    const converted = this.convert(unit)(value);
    if (this.isAbsolute && converted < 0 && parseUnit(this.unit ?? '')?.offset === 0)
      throw new RowError(
        'INVALID_INSTANCE',
        `${this.name} is ${value} ${unit}, which is below absolute zero`,
      );
    return converted;
  }

  private noNumber(value: unknown): RowError {
    const example = this.unit === undefined || this.unit === '1' ? '' : ` in ${this.unit}, or with its unit`;
    return new RowError(
      'INVALID_INSTANCE',
      `${this.name} must be a finite number${example}, got ${describeValue(value)}${meantNumber(value)}`,
    );
  }
}
