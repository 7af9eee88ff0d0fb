import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/platform/config.js';
import { scalingModel } from '../../api/support/own-models.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

export interface CliServer {
  readonly app: TestApp;
  readonly folder: string;
  /** An ONNX file whose answers and bytes tell its factor. */
  model(factor: number): Promise<string>;
  file(name: string, content: string | Uint8Array): Promise<string>;
  close(): Promise<void>;
}

/** A server, and a folder with the files that commands are given. */
export async function startCliServer(options: {
  readonly examples: boolean;
  readonly config?: Partial<Config>;
}): Promise<CliServer> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-cli-'));
  const app = await startTestApp({
    kind: 'embedded',
    examples: options.examples,
    ...(options.config === undefined ? {} : { config: options.config }),
  });
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  return {
    app,
    folder,
    file,
    model: (factor) => file(`scaling-${factor}.onnx`, scalingModel(factor)),
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
