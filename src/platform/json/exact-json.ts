import { parse } from 'lossless-json';

/** An integer that a double may not hold, where a value can stand. Inside of a text it costs time and changes nothing. */
const LONG_INTEGER = /(?:^|[[:,\s])-?\d{16,}\s*(?:$|[,\]}])/;
/** The longest 64-bit integer has 20 digits. Turning text into a bigint takes time that grows with its square. */
const INTEGER_OF_64_BITS = /^-?\d{16,25}$/;

/**
 * JSON.parse, but integers beyond 2^53 come as bigint with the digits that were sent. Slower where there is one, and
 * only there.
 *
 * @throws SyntaxError; RangeError when it is nested too deeply
 */
export function parseExactJson(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue });
}

function exactNumber(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) || !INTEGER_OF_64_BITS.test(digits) ? number : BigInt(digits);
}
