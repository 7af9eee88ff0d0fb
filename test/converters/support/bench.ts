import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { ask } from '../../api/support/ask.js';
import { versionOf, type ConvertedVersion } from '../../convert/support/conversion-steps.js';
import { retort, retortJson, type Run } from '../../cli/support/run-retort.js';
import { startCliServer, type CliServer } from '../../cli/support/shared-server.js';
import { convertersWith, makeModels, type Asked } from '../../convert/support/converters.js';

/** A server with the converter of a framework, models that the framework made, and the command line beside them. */
export interface Bench {
  readonly server: CliServer;
  readonly folder: string;
  asked(name: string): Asked;
  retort(...args: readonly string[]): Promise<Run>;
  /** Has a file or folder converted from the command line, and asks for the version. */
  push(name: string, ...args: readonly string[]): Promise<ConvertedVersion>;
  /** What is said of one that is not converted. */
  refused(name: string, ...args: readonly string[]): Promise<string>;
  /** How the version answers by tensors, against the framework's own answers, output by output. */
  compare(version: ConvertedVersion, name: string, output?: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws where the framework is not to be had: these tests are about nothing else */
export async function openBench(environment: string, script: string): Promise<Bench> {
  const converters = await convertersWith(environment);
  if (converters === null) throw new Error(`The converter ${environment} could not be installed.`);
  const folder = await mkdtemp(join(tmpdir(), 'retort-models-'));
  const models = await makeModels(environment, new URL(script, import.meta.url).pathname, folder);
  const server = await startCliServer({
    examples: false,
    config: { convertersDirectory: converters, trustPickles: true },
  });
  const at = { url: server.app.url, cwd: folder };
  const asked = (name: string) => models[name] ?? { rows: [], answers: [] };
  const pushing = (name: string, args: readonly string[]) => [
    ...['push', name, '--no-source', '--register', '--domain', 'general'],
    ...(args.includes('--model') ? args : [...args, '--model', 'm']),
  ];
  return {
    server,
    folder,
    asked,
    retort: (...args) => retort(args, at),
    async push(name, ...args) {
      const { code, document } = await retortJson(pushing(name, args), at);
      expect({ code, document }).toMatchObject({ code: 0 });
      return versionOf(server.app, (document as { version: { ref: string } }).version.ref);
    },
    async refused(name, ...args) {
      const { code, document } = await retortJson(pushing(name, args), at);
      expect({ code, document }).toMatchObject({ code: expect.any(Number), document: { error: {} } });
      expect(code).not.toBe(0);
      return (document as { error: { message: string } }).error.message;
    },
    async compare(version, name, output = version.signature.outputs[0]?.name) {
      const { rows, answers } = asked(name);
      const [input] = version.signature.inputs;
      const tensor = { name: input?.name, datatype: 'FP32', shape: shapeOf(rows), data: flat(rows) };
      const { infer } = await ask<{ infer: { outputs: { data: number[] }[]; userErrors: object[] } }>(
        server.app,
        'mutation ($input: InferInput!) { infer(input: $input) { outputs { data } userErrors { message } } }',
        { input: { version: version.ref, inputs: [tensor], outputs: [output] } },
      );
      expect(infer.userErrors).toEqual([]);
      expectClose(infer.outputs[0]?.data ?? [], answers);
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Numbers of single precision, computed in another order. */
export function expectClose(got: unknown, wanted: unknown): void {
  const [own, others] = [flat(got), flat(wanted)];
  expect(others.length).toBeGreaterThan(0);
  expect(own).toHaveLength(others.length);
  for (const [index, value] of own.entries())
    expect(Math.abs(value - (others[index] ?? NaN))).toBeLessThan(
      1e-4 * Math.max(1, Math.abs(others[index] ?? 0)),
    );
}

export async function bytesOf(bench: Bench, name: string): Promise<Buffer> {
  return readFile(join(bench.folder, name));
}

function flat(values: unknown): number[] {
  return ([values] as unknown[]).flat(Infinity) as number[];
}

function shapeOf(values: unknown): number[] {
  return Array.isArray(values) ? [values.length, ...shapeOf(values[0])] : [];
}
