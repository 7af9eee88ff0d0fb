import { encodeTensor, isStrings, numberText, type Tensor } from '../../tensors/index.js';
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
    const number = numberText(value);
    if (number !== null) return number;
    if (bareTokens) return String(value);
    throw runFailed(
      `input "${name}" (${datatype}) has ${String(value)}, which JSON cannot carry, and the remote engine takes no binary tensors.`,
    );
  });
}
