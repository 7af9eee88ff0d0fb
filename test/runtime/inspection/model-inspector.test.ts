import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { DATA_TYPES } from '../../../src/tensors/index.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { ModelInspector } from '../../../src/runtime/index.js';
import { DomainError } from '../../../src/platform/errors.js';
import {
  endlessLoad,
  endlessRun,
  identity,
  ModelFolder,
  oneNode,
  growingRun,
  perceptron,
  rawModel,
  tensorType,
} from '../../onnx/awkward-models.js';
import { until } from '../../support/until.js';
import { patience } from '../../support/patience.js';

let folder: ModelFolder;
let inspector: ModelInspector;
/** Of inspectors that suites of this process hand on. */
let foreign: ReadonlySet<number> = new Set();
beforeAll(async () => {
  foreign = new Set(await inspectorChildren());
  folder = await ModelFolder.create();
  inspector = new ModelInspector();
});
afterAll(async () => {
  await inspector.close();
  await folder[Symbol.asyncDispose]();
});

async function refusal(bytes: Uint8Array, by = inspector): Promise<{ code: string; message: string }> {
  try {
    await by.inspect(await folder.file(bytes));
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('expected a refusal');
}

/** Processes whose parent is this one and that run the inspector's entry. */
async function inspectorChildren(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(parent) === process.pid && command.includes('inspector-child')
        ? Number(pid)
        : 0;
    }),
  );
  return found.filter((pid) => pid > 0 && !foreign.has(pid));
}

describe('ModelInspector reads', () => {
  it('names, types and shapes, with the names of variable dimensions', async () => {
    const graph = new GraphBuilder('g', { opset: 18, metadata: { task: 'regression' } });
    const x = graph.input('x', 'FP32', ['batch', 4]);
    const shift = graph.input('shift', 'FP64', []);
    const cast = graph.node('Cast', [shift], { to: 1n });
    graph.node('Add', [x, cast], {}, ['y']);
    graph.output('y', 'FP32', ['batch', 4]);
    const { signature, graph: summary } = await inspector.inspect(await folder.file(graph.build()));
    expect(signature).toEqual({
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [-1, 4], dimensions: ['batch', null] },
        { name: 'shift', datatype: 'FP64', shape: [] },
      ],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4], dimensions: ['batch', null] }],
    });
    expect(summary).toMatchObject({
      opsets: [{ domain: '', version: 18 }],
      metadata: { task: 'regression' },
    });
    expect(summary.operators).toEqual({ Add: 1, Cast: 1 });
  });

  it.each(DATA_TYPES)('%s inputs and outputs', async (datatype) => {
    const { signature } = await inspector.inspect(await folder.file(identity(datatype, [-1, 2])));
    const spec = { datatype, shape: [-1, 2] };
    expect(signature).toEqual({ inputs: [{ name: 'x', ...spec }], outputs: [{ name: 'y', ...spec }] });
  });

  it('an input of unknown rank apart from a scalar', async () => {
    const { signature } = await inspector.inspect(
      await folder.file(rawModel('Relu', tensorType(1), tensorType(1))),
    );
    expect(signature.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [], unranked: true }]);
  });

  it('many models at a time, and keeps one process for the next', async () => {
    const path = await folder.file(perceptron());
    const all = await Promise.all(Array.from({ length: 8 }, () => inspector.inspect(path)));
    for (const { graph } of all) expect(graph.parameterCount).toBe(16n * 64n + 64n * 3n);
    await until(async () => (await inspectorChildren()).length === 1);
  });

  it('a model while others that never end are read, however many', async () => {
    await using patient = {
      inspector: new ModelInspector({ trialTimeoutMs: 600_000, patienceMs: 300 }),
      [Symbol.asyncDispose]: async () => patient.inspector.close(),
    };
    const path = await folder.file(endlessRun());
    const endless = Array.from({ length: 6 }, () => patient.inspector.inspect(path));
    const ended = Promise.race(endless.map((inspection) => inspection.catch(() => undefined)));
    for (let turn = 0; turn < 3; turn += 1) {
      const quick = patient.inspector.inspect(await folder.file(perceptron()));
      expect(await Promise.race([quick, ended])).toMatchObject({ signature: { inputs: [{ name: 'x' }] } });
    }
    expect((await inspectorChildren()).length).toBeLessThanOrEqual(6);
    await patient.inspector.close();
    for (const inspection of endless) await expect(inspection).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a slow model that had to make room, in the end', async () => {
    await using patient = {
      // Nothing is quick: each gives up its seat at once, and some have to begin anew.
      inspector: new ModelInspector({ patienceMs: -1 }),
      [Symbol.asyncDispose]: async () => patient.inspector.close(),
    };
    const path = await folder.file(perceptron());
    const all = await Promise.all(Array.from({ length: 6 }, () => patient.inspector.inspect(path)));
    for (const { signature } of all) expect(signature.inputs[0]?.shape).toEqual([-1, 16]);
  });

  it('no more for a caller who has left', async () => {
    const left = new AbortController();
    const inspection = inspector.inspect(await folder.file(endlessRun()), { signal: left.signal });
    left.abort(new Error('left'));
    await expect(inspection).rejects.toThrow('left');
  });
});

describe('ModelInspector refuses', () => {
  it.each<[string, () => Uint8Array, string, RegExp]>([
    ['noise', () => Buffer.from([0xff, 1, 2]), 'INVALID_MODEL', /^Expected an ONNX model, got 3 bytes/],
    [
      'a truncated model',
      () => perceptron().subarray(0, 3000),
      'INVALID_MODEL',
      /^Expected an ONNX model, got 3000 bytes/,
    ],
    [
      'an opset of the future',
      () => oneNode('Relu', { opset: 99 }),
      'UNSUPPORTED_MODEL',
      /^Expected opset \d+ or older of domain ai\.onnx, got 99/,
    ],
    [
      'an IR version of the future',
      () => oneNode('Relu', { irVersion: 99 }),
      'UNSUPPORTED_MODEL',
      /^Expected ONNX IR version \d+ or older, got 99/,
    ],
    [
      'an unknown operator',
      () => oneNode('Foo'),
      'UNSUPPORTED_MODEL',
      /^Operator Foo of domain ai\.onnx is not known at opset 17/,
    ],
    [
      'a custom operator',
      () => oneNode('com.acme.Foo', { domains: { 'com.acme': 2 } }),
      'UNSUPPORTED_MODEL',
      /^Operator Foo of domain com\.acme \(opset 2\) is a custom operator/,
    ],
    [
      'an operator without a kernel',
      () => oneNode('Relu', { opset: 14 }, 'INT16'),
      'UNSUPPORTED_MODEL',
      /^Operator Relu of domain ai\.onnx \(opset 14\) has no CPU implementation/,
    ],
    [
      'a type error',
      () => oneNode('Relu', {}, 'BOOL'),
      'INVALID_MODEL',
      /^The ONNX runtime refuses the graph: .*tensor\(bool\).*Relu/,
    ],
    [
      'a cycle',
      () => rawModel('Add', tensorType(1, [2]), tensorType(1, [2]), { inputs: ['x', 'y'] }),
      'INVALID_MODEL',
      /acyclic/,
    ],
    [
      'a sum of bfloat16, which the runtime does not compute',
      () => rawModel('Relu', tensorType(16, [2]), tensorType(16, [2])),
      'UNSUPPORTED_MODEL',
      /^Operator Relu of domain ai\.onnx \(opset \d+\) has no CPU implementation for the types/,
    ],
    [
      'float4, which the runtime does not cast',
      () => rawModel('Identity', tensorType(23, [2]), tensorType(23, [2])),
      'UNSUPPORTED_MODEL',
      /^Input "x" is tensor\(float4e2m1\)/,
    ],
    [
      'complex numbers',
      () => rawModel('Identity', tensorType(14, [2]), tensorType(14, [2])),
      'UNSUPPORTED_MODEL',
      /^Input "x" is tensor\(complex64\)/,
    ],
    [
      'a sequence',
      () =>
        rawModel('SequenceConstruct', tensorType(1, [2]), { sequence_type: { elem_type: tensorType(1) } }),
      'UNSUPPORTED_MODEL',
      /^Output "y" is sequence\(tensor\(float\)\)/,
    ],
    [
      'maps',
      () =>
        rawModel('ZipMap', tensorType(1, [2]), {
          sequence_type: { elem_type: { map_type: { key_type: 7, value_type: tensorType(1) } } },
        }),
      'UNSUPPORTED_MODEL',
      /^Output "y" is sequence\(map\(int64, tensor\(float\)\)\)/,
    ],
    [
      'an optional',
      () => rawModel('OptionalGetElement', { optional_type: { elem_type: tensorType(1) } }, tensorType(1)),
      'UNSUPPORTED_MODEL',
      /^Input "x" is optional\(tensor\(float\)\)/,
    ],
    [
      'weights in another file',
      () => {
        const initializer = [
          {
            name: 'w',
            dims: [2],
            data_type: 1,
            data_location: 1,
            external_data: [{ key: 'location', value: 'model.bin' }],
          },
        ];
        return rawModel('Add', tensorType(1, [2]), tensorType(1, [2]), { initializer, inputs: ['x', 'w'] });
      },
      'UNSUPPORTED_MODEL',
      /^The weights lie in another file \("model\.bin"\).*save them inside/,
    ],
  ])('%s', async (_, build, code, words) => {
    const { code: actual, message } = await refusal(build());
    expect(message).toMatch(words);
    expect(actual).toBe(code);
    expect(message).not.toContain(folder.directory);
    expect(message).not.toMatch(/onnxruntime_src|\.cc:/);
  });

  it('a model that would load for minutes, and reads the next one', async () => {
    await using impatient = {
      inspector: new ModelInspector({ timeoutMs: patience(2_000) }),
      [Symbol.asyncDispose]: async () => impatient.inspector.close(),
    };
    expect(await refusal(endlessLoad(), impatient.inspector)).toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringMatching(/within [\d.]+ s/),
    });
    const next = await impatient.inspector.inspect(await folder.file(perceptron()));
    expect(next.signature.inputs[0]?.shape).toEqual([-1, 16]);
  });

  it('a model that never ends a run, and reads the next one', async () => {
    await using impatient = {
      inspector: new ModelInspector({ trialTimeoutMs: patience(2_000) }),
      [Symbol.asyncDispose]: async () => impatient.inspector.close(),
    };
    expect(await refusal(endlessRun(), impatient.inspector)).toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringMatching(/one run on made-up inputs .* within [\d.]+ s.*loop for ever/),
    });
    const next = await impatient.inspector.inspect(await folder.file(perceptron()));
    expect(next.signature.inputs[0]?.shape).toEqual([-1, 16]);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('a model that takes gigabytes of nothing', async () => {
    await using frugal = {
      inspector: new ModelInspector({ memoryBytes: 300e6 }),
      [Symbol.asyncDispose]: async () => frugal.inspector.close(),
    };
    // A Loop that keeps every one of its tensors of a million numbers.
    expect(await refusal(growingRun(), frugal.inspector)).toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('of memory, got more'),
    });
  });

  onLinux('a model that crashes the runtime, and reads the next one', async () => {
    await using crashing = {
      inspector: new ModelInspector(),
      [Symbol.asyncDispose]: async () => crashing.inspector.close(),
    };
    // The suite's own inspector may have one, too.
    const others = new Set(await inspectorChildren());
    await crashing.inspector.inspect(await folder.file(perceptron()));
    const refused = refusal(endlessLoad(), crashing.inspector);
    // Once the child is inside the native loader, it meets what a memory error in the runtime would give it.
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const pid of await inspectorChildren()) if (!others.has(pid)) process.kill(pid, 'SIGSEGV');
    expect(await refused).toMatchObject({
      code: 'INVALID_MODEL',
      message: expect.stringContaining('SIGSEGV'),
    });
    const next = await crashing.inspector.inspect(await folder.file(perceptron()));
    expect(next.signature.inputs).toHaveLength(1);
  });

  onLinux('nothing after a child that died while idle', async () => {
    await inspector.inspect(await folder.file(perceptron()));
    for (const pid of await inspectorChildren()) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await inspector.inspect(await folder.file(perceptron()))).signature.inputs).toHaveLength(1);
  });

  it('everything once closed, with its child gone', async () => {
    const closed = new ModelInspector();
    await closed.inspect(await folder.file(perceptron()));
    const before = (await inspectorChildren()).length;
    await closed.close();
    expect((await inspectorChildren()).length).toBe(before - 1);
    await expect(closed.inspect('anything')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
