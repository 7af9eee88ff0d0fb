import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Runtime from 'onnxruntime-node';
import { DomainError } from '../../platform/errors.js';

/** What may run a graph. CPU is always there; the others where the installed runtime was built with them. */
export const EXECUTION_PROVIDERS = ['CPU', 'CUDA', 'TENSORRT', 'COREML', 'DML'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** What a provider is told beside its name. */
export interface ProviderOptions {
  readonly provider: ExecutionProvider;
  /** Of several cards, counted from 0 as its own driver does. */
  readonly deviceId: number;
}

/** Those that run on one card of several. */
export const WITH_DEVICES: readonly ExecutionProvider[] = ['CUDA', 'TENSORRT', 'DML'];

/** How a provider gets here that is not: docs/gpu.md says more. */
const HOW_TO_GET: Readonly<Record<ExecutionProvider, string>> = {
  CPU: 'reinstall onnxruntime-node',
  CUDA: 'on Linux x64 with an NVIDIA driver, CUDA 12 and cuDNN 9, run: node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12',
  TENSORRT:
    'install CUDA as for the provider CUDA, which brings the library of TensorRT as well, and TensorRT 10 itself',
  COREML: 'run Retort on macOS, whose onnxruntime-node has it',
  DML: 'run Retort on Windows, whose onnxruntime-node has it',
};

/** One that is not here, and what would bring it. */
export interface MissingProvider {
  readonly provider: ExecutionProvider;
  readonly howToGet: string;
}

export function missingProviders(): readonly MissingProvider[] {
  return EXECUTION_PROVIDERS.filter((provider) => !availableProviders().includes(provider)).map(
    (provider) => ({ provider, howToGet: HOW_TO_GET[provider] }),
  );
}

/** What a caller is told who asked for one that is not here. */
export function unavailableText(missing: ExecutionProvider): string {
  return (
    `The installed runtime offers ${availableProviders().join(', ')} on this machine. Leave ${missing} out, or ${HOW_TO_GET[missing]} ` +
    '(docs/gpu.md); a server that has a card can run it, too: runtime.remote.'
  );
}

let available: readonly ExecutionProvider[] | undefined;

/** What the installed runtime offers on this machine. Asked once, and only when more than the CPU is wanted. */
export function availableProviders(): readonly ExecutionProvider[] {
  available ??= EXECUTION_PROVIDERS.filter(offers());
  return available;
}

/** @throws DomainError INVALID_ARGUMENT naming what there is */
export function requireProviders(wanted: readonly ExecutionProvider[]): void {
  if (wanted.length === 0)
    throw new DomainError('INVALID_ARGUMENT', 'Expected at least one execution provider, got none: name CPU');
  if (wanted.every((provider) => provider === 'CPU')) return;
  const missing = wanted.filter((provider) => !availableProviders().includes(provider));
  if (missing.length > 0)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Execution provider ${missing.join(', ')} is not available here: the installed ONNX runtime offers ${availableProviders().join(', ')}. To have it, ${missing.map((provider) => HOW_TO_GET[provider]).join('; ')} (docs/gpu.md).`,
    );
}

/** The runtime lists what it can be extended with, too; such a provider is there when its library is. */
function offers(): (provider: ExecutionProvider) => boolean {
  // eslint-disable-next-line no-restricted-properties -- written, not read: the library looks at it when it is loaded
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const require = createRequire(import.meta.url);
  const { listSupportedBackends } = require('onnxruntime-node') as typeof Runtime;
  const backends = new Map(listSupportedBackends().map(({ name, bundled }) => [name.toUpperCase(), bundled]));
  const binaries = join(
    dirname(require.resolve('onnxruntime-node/package.json')),
    'bin/napi-v6',
    process.platform,
    process.arch,
  );
  return (provider) => {
    const bundled = backends.get(provider);
    if (bundled !== false) return bundled === true;
    const name = `onnxruntime_providers_${provider.toLowerCase()}`;
    return [`lib${name}.so`, `${name}.dll`].some((file) => existsSync(join(binaries, file)));
  };
}
