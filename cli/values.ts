import { wrongUsage } from './failure.js';
import type { Option, Options, Values } from './option.js';

/** What came on the command line, as the options' definitions type it. @throws Failure USAGE */
export function readValues<O extends Options>(
  options: O,
  argv: Readonly<Record<string, unknown>>,
): Values<O> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [camel(name), valueOf(name, option, argv[name])]),
  ) as Values<O>;
}

function valueOf(name: string, option: Option, given: unknown): unknown {
  switch (option.kind) {
    case 'flag':
      return last(given) === true;
    case 'texts':
    case 'choices':
      return listOf(given);
    case 'numbers':
      return listOf(given).map((text) => numberOf(name, option, text));
    case 'number': {
      const text = single(name, given);
      return text === undefined ? undefined : numberOf(name, option, text);
    }
    case 'text':
    case 'choice':
      return single(name, given);
  }
}

function numberOf(
  name: string,
  { whole, min = -Infinity, max = Infinity }: Extract<Option, { kind: 'number' | 'numbers' }>,
  text: string,
): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isSafeInteger(value)))
    return value;
  const kind = whole ? 'a whole number' : 'a number';
  const range = max !== Infinity ? ` from ${min} to ${max}` : min !== -Infinity ? ` of at least ${min}` : '';
  throw wrongUsage(`--${name}: expected ${kind}${range}, got ${JSON.stringify(text)}.`);
}

function single(name: string, given: unknown): string | undefined {
  if (Array.isArray(given) && given.length > 1)
    throw wrongUsage(`--${name}: expected one value, got ${given.length}.`);
  return listOf(given)[0];
}

function listOf(given: unknown): string[] {
  return given === undefined ? [] : [given].flat().map(String);
}

function last(given: unknown): unknown {
  return Array.isArray(given) ? given.at(-1) : given;
}

function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
