import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** onnxruntime's names of the types. */
export type RuntimeType =
  | 'bool'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'string';

/** base64 of the row-major little-endian bytes; strings are each behind their length in four bytes. */
export interface DirectTensor {
  readonly type: RuntimeType;
  readonly dims: readonly number[];
  readonly data: string;
}
export interface DirectInput extends DirectTensor {
  readonly name: string;
}

const script = fileURLToPath(new URL('./run-directly.mjs', import.meta.url));

/** A model, and what it is asked. */
export interface DirectRun {
  readonly model: Uint8Array;
  readonly requests: readonly (readonly DirectInput[])[];
}

/** Each output's bytes in base64, as onnxruntime-node alone computes them. */
export async function runDirectly(
  model: Uint8Array,
  inputs: readonly DirectInput[],
): Promise<Record<string, string>> {
  const [[outputs = {}] = []] = await runAllDirectly([{ model, requests: [inputs] }]);
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
}

/** The outputs of each request of each model, as onnxruntime-node alone computes them, one run after the other. */
export function runAllDirectly(runs: readonly DirectRun[]): Promise<Record<string, DirectTensor>[][]> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
    const child = execFile(
      process.execPath,
      [script],
      { env, maxBuffer: 512 * 1024 * 1024 },
      (error, stdout) => {
        if (error) reject(new Error('onnxruntime-node alone could not run the graphs', { cause: error }));
        else resolve(JSON.parse(stdout) as Record<string, DirectTensor>[][]);
      },
    );
    const told = runs.map(({ model, requests }) => ({
      model: Buffer.from(model).toString('base64'),
      requests,
    }));
    child.stdin?.end(JSON.stringify(told));
  });
}
