import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  availableProviders,
  missingProviders,
  type ExecutionProvider,
  type MissingProvider,
} from './sessions/execution-providers.js';

/** What models of this server can run on. */
export interface InstalledRuntime {
  readonly name: string;
  readonly version: string;
  readonly providers: readonly ExecutionProvider[];
  readonly missingProviders: readonly MissingProvider[];
  readonly devices: readonly string[];
}

/** Where NVIDIA's driver on Linux lists its cards, in containers, too. */
const NVIDIA_CARDS = '/proc/driver/nvidia/gpus';

export async function installedRuntime(cards = NVIDIA_CARDS): Promise<InstalledRuntime> {
  const require = createRequire(import.meta.url);
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  return {
    name: 'onnxruntime-node',
    version,
    providers: availableProviders(),
    missingProviders: missingProviders(),
    devices: [processor(), ...(await nvidiaCards(cards))],
  };
}

function processor(): string {
  const all = cpus();
  const name = all[0]?.model.trim() ?? '';
  return `CPU: ${name === '' || name === 'unknown' ? process.arch : name}, ${all.length} ${all.length === 1 ? 'core' : 'cores'}`;
}

async function nvidiaCards(folder: string): Promise<string[]> {
  let slots: string[];
  try {
    slots = (await readdir(folder)).sort();
  } catch {
    // No driver, or not Linux.
    return [];
  }
  return Promise.all(
    slots.map(async (slot) => {
      const text = await readFile(join(folder, slot, 'information'), 'utf8').catch(() => '');
      return `GPU: ${/^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? 'NVIDIA'}, ${slot}`;
    }),
  );
}
