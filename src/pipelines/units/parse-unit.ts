import Qty from 'js-quantities';
import { ownUnit } from './own-units.js';
import { combined, type Dimensions, type Unit } from './unit.js';

const MAXIMUM = 64;
const TOKEN = /\s*(\*\*|[\^*/()]|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Δ?[\p{L}°%‰_]+)/uy;

/** Units are few, and each is asked for again and again. */
const known = new Map<string, Unit | null>();
const MAX_KNOWN = 1_000;

/**
 * A unit such as `kcal/mol`, `g mol^-1`, `J/(mol K)`, `Å²` or `degC`; null for what is none that can be converted, such as
 * `log10(mol/L)`.
 */
export function parseUnit(text: string): Unit | null {
  const found = known.get(text);
  if (found !== undefined) return found;
  const unit = text.length > MAXIMUM ? null : parse(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, unit);
  return unit;
}

interface Part {
  readonly factor: number;
  readonly dimensions: Dimensions;
  readonly offset?: number | undefined;
  readonly isDifference?: boolean;
}

function parse(text: string): Unit | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[−⁻]/g, '-')
    .replace(/[·⋅∙×]/g, '*')
    .replaceAll('µ', 'μ')
    .trim();
  const tokens = tokensOf(plain);
  if (tokens === null || tokens.length === 0) return null;
  const reader = new Reader(tokens);
  const part = reader.product();
  if (part === null || !reader.isDone) return null;
  return {
    text,
    factor: part.factor,
    dimensions: part.dimensions,
    offset: part.offset,
    isDifference: part.isDifference ?? false,
  };
}

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) return null;
    tokens.push(match[1]);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  get isDone(): boolean {
    return this.at === this.tokens.length;
  }

  /**
   * Factors from left to right. One behind a quotient, as in `J/mol K`, is read by some as above the line and by others as
   * below: it is refused.
   */
  product(): Part | null {
    let whole = this.factor();
    let divided = false;
    while (whole !== null && !this.isDone && this.peek !== ')') {
      const isQuotient = this.peek === '/';
      if (isQuotient || this.peek === '*') this.at++;
      if (divided && !isQuotient) return null;
      divided ||= isQuotient;
      const next = this.factor();
      if (next === null) return null;
      const power = isQuotient ? -1 : 1;
      whole = {
        factor: whole.factor * next.factor ** power,
        dimensions: combined(whole.dimensions, next.dimensions, power),
      };
    }
    return whole;
  }

  private get peek(): string | undefined {
    return this.tokens[this.at];
  }

  private factor(): Part | null {
    const token = this.tokens[this.at++];
    if (token === undefined) return null;
    let part: Part | null;
    if (token === '(') {
      part = this.product();
      if (this.tokens[this.at++] !== ')') return null;
    } else if (/^\d/.test(token)) part = { factor: Number(token), dimensions: {} };
    else part = atom(token);
    if (part === null || !(part.factor > 0)) return null;
    const exponent = this.exponent();
    if (exponent === null || exponent === 1) return exponent === null ? null : part;
    return { factor: part.factor ** exponent, dimensions: combined({}, part.dimensions, exponent) };
  }

  /** Behind `^` or `**`, or at once, as in `cm-1`; 1 where there is none, null where it cannot be. */
  private exponent(): number | null {
    const marked = this.peek === '^' || this.peek === '**';
    if (marked) this.at++;
    const bracketed = marked && this.peek === '(';
    if (bracketed) this.at++;
    const token = this.peek;
    if (token === undefined || !/^[+-]?\d+$/.test(token)) return marked ? null : 1;
    this.at++;
    if (bracketed && this.tokens[this.at++] !== ')') return null;
    const exponent = Number(token);
    return Math.abs(exponent) <= 12 && exponent !== 0 ? exponent : null;
  }
}

function atom(symbol: string): Part | null {
  const difference = symbol.startsWith('Δ')
    ? symbol.slice(1)
    : symbol.startsWith('delta_')
      ? symbol.slice(6)
      : null;
  const own = ownUnit(difference ?? symbol);
  if (difference !== null)
    return own?.offset === undefined
      ? null
      : { factor: own.factor, dimensions: own.dimensions, isDifference: true };
  return own ?? fromLibrary(symbol.replaceAll('μ', 'u'));
}

/** A picohenry is nobody's pH. */
const NOT_UNITS = new Set(['pH', 'pKa', 'tempK', 'tempC', 'tempF', 'tempR', 'dollar', 'cents']);

function fromLibrary(symbol: string): Part | null {
  if (NOT_UNITS.has(symbol)) return null;
  try {
    const base = Qty(1, symbol).toBase();
    let dimensions: Dimensions = {};
    for (const [units, power] of [
      [base.numerator, 1],
      [base.denominator, -1],
    ] as const)
      for (const unit of units) {
        const name = unit.replace(/[<>]/g, '').replace(/^deg?K$|^temp-K$/, 'kelvin');
        if (name !== '1') dimensions = combined(dimensions, { [name]: 1 }, power);
      }
    return { factor: base.scalar, dimensions };
  } catch {
    return null;
  }
}
