import { protonsOf } from './landscape.js';

export interface NuclideNumbers {
  /** NaN where the text does not say. */
  readonly z: number;
  readonly n: number;
}

/** The numbers of an instance as the playground writes it: JSON of `{z, n}` or `{symbol, a}`, or a name such as "Fe-56". */
export function nuclideOf(text: string): NuclideNumbers {
  const [, symbol, a] = /^\s*([A-Za-z]{1,2})-?(\d{1,3})\s*$/.exec(text) ?? [];
  if (symbol !== undefined && a !== undefined) return ofElement(symbol, Number(a));
  try {
    const parsed = JSON.parse(text) as Partial<Record<string, unknown>> | null;
    if (typeof parsed?.symbol === 'string') return ofElement(parsed.symbol, numeric(parsed.a));
    return { z: numeric(parsed?.z), n: numeric(parsed?.n) };
  } catch {
    return { z: Number.NaN, n: Number.NaN };
  }
}

function ofElement(symbol: string, a: number): NuclideNumbers {
  const z = protonsOf(symbol);
  return { z, n: a - z };
}

function numeric(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
