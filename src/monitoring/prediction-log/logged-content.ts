import { decodeTensor, keptTensor, type KeptTensor, type Tensor } from '../../tensors/index.js';
import type { JsonValue } from '../../platform/events/index.js';

export interface LoggedNote {
  readonly code: string;
  /** Null where it may quote what is masked. */
  readonly message: string | null;
}

/** What is kept of a prediction by `predict`; what is masked is null and named. */
export interface LoggedAnswer {
  readonly operation: 'PREDICT';
  readonly instance: JsonValue;
  readonly value: JsonValue;
  readonly unit: string | null;
  readonly warnings: readonly LoggedNote[];
  readonly error: LoggedNote | null;
  readonly masked: readonly string[];
  /** Intervals that were given, by the result as `pairsOf` names it; left out where there were none. */
  readonly intervals?: Readonly<Record<string, LoggedInterval>>;
}

/** The level it was given at, and its bounds in the unit of the value; null: none. */
export interface LoggedInterval {
  readonly level: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** What is kept of a request by tensors; masked ones are left out and named. */
export interface LoggedTensors {
  readonly operation: 'INFER';
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly masked: readonly string[];
}

export type LoggedContent = LoggedAnswer | LoggedTensors;

interface KeptTensors extends Omit<LoggedTensors, 'inputs' | 'outputs'> {
  readonly inputs: readonly KeptTensor[];
  readonly outputs: readonly KeptTensor[];
}

export function contentToText(content: LoggedContent): string {
  if (content.operation === 'PREDICT') return JSON.stringify(content);
  const { inputs, outputs, ...rest } = content;
  return JSON.stringify({ ...rest, inputs: inputs.map(keptTensor), outputs: outputs.map(keptTensor) });
}

/** What `contentToText` wrote. */
export function contentFromText(text: string): LoggedContent {
  const content = JSON.parse(text) as LoggedAnswer | KeptTensors;
  if (content.operation === 'PREDICT') return content;
  const { inputs, outputs, ...rest } = content;
  const tensors = (list: readonly KeptTensor[]) => list.map((tensor) => decodeTensor(tensor));
  return { ...rest, inputs: tensors(inputs), outputs: tensors(outputs) };
}
