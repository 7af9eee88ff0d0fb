import { decodeTensor, keptTensor, type KeptTensor, type Tensor } from '../../tensors/index.js';
import type { JsonValue } from '../../platform/events/index.js';

/** What an example asks, and what its publisher says is the answer. */
export type ExampleContent =
  | {
      readonly kind: 'INSTANCE';
      /** As `predict` takes it. */
      readonly instance: JsonValue;
      /** As `predict` answers it; null when nothing is expected. */
      readonly expected: JsonValue;
    }
  | {
      readonly kind: 'TENSORS';
      /** All inputs of the signature. */
      readonly inputs: readonly Tensor[];
      /** Some or all outputs; none when nothing is expected. */
      readonly expected: readonly Tensor[];
    };

export interface NewExample {
  readonly name: string | null;
  readonly description: string | null;
  readonly content: ExampleContent;
}

/** One of the examples a version was published with. As immutable as the version. */
export interface ExampleRecord extends NewExample {
  readonly versionId: string;
  /** 0, 1, 2… in the publisher's order. */
  readonly position: number;
}

/** What a row holds of an example, besides the texts about it. */
type KeptContent =
  | { readonly instance: JsonValue; readonly expected?: JsonValue }
  | { readonly inputs: readonly KeptTensor[]; readonly expected?: readonly KeptTensor[] };

/** Equal for examples that ask and expect the same. */
export function exampleText(content: ExampleContent): string {
  return JSON.stringify(kept(content));
}

/** What `exampleText` wrote. */
export function exampleContent(text: string): ExampleContent {
  const content = JSON.parse(text) as KeptContent;
  if ('instance' in content)
    return { kind: 'INSTANCE', instance: content.instance, expected: content.expected ?? null };
  const tensors = (list: readonly KeptTensor[]) => list.map((tensor) => decodeTensor(tensor));
  return { kind: 'TENSORS', inputs: tensors(content.inputs), expected: tensors(content.expected ?? []) };
}

function kept(content: ExampleContent): KeptContent {
  if (content.kind === 'INSTANCE') {
    const { instance, expected } = content;
    return expected === null ? { instance } : { instance, expected };
  }
  const inputs = content.inputs.map(keptTensor);
  return content.expected.length === 0 ? { inputs } : { inputs, expected: content.expected.map(keptTensor) };
}
