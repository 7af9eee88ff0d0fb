import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface DirectInput {
  readonly name: string;
  /** onnxruntime's name of the type. */
  readonly type: 'float32' | 'float64' | 'int64';
  readonly dims: readonly number[];
  /** base64 of the row-major little-endian bytes. */
  readonly data: string;
}

const script = fileURLToPath(new URL('./run-directly.mjs', import.meta.url));

/** Each output's bytes in base64, as onnxruntime-node alone computes them. */
export function runDirectly(
  model: Uint8Array,
  inputs: readonly DirectInput[],
): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
    const child = execFile(
      process.execPath,
      [script],
      { env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout) => {
        if (error) reject(new Error('onnxruntime-node alone could not run the graph', { cause: error }));
        else resolve((JSON.parse(stdout) as { outputs: Record<string, string> }).outputs);
      },
    );
    child.stdin?.end(JSON.stringify({ model: Buffer.from(model).toString('base64'), inputs }));
  });
}
