import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { proveRows } from '../../../src/onnx/row-independence/prove-rows.js';

export interface GraphOptions {
  readonly opset?: number;
  readonly x?: readonly (number | string)[];
  /** Changes the bytes of the model. */
  readonly edit?: (bytes: Uint8Array) => Uint8Array;
}

/** Why the rows of `y` are not proven independent of those of `x`; 'PROVEN' when they are. */
export function verdict(
  build: (graph: GraphBuilder) => void,
  { opset = 17, x = ['rows', 3], edit = (bytes) => bytes }: GraphOptions = {},
): string {
  const graph = new GraphBuilder('one', { opset, domains: { 'ai.onnx.ml': 3, 'com.microsoft': 1, own: 1 } });
  graph.input('x', 'FP32', x);
  build(graph);
  graph.output('y', 'FP32', ['rows', 'any']);
  // One for each call: a worker of jest shares this module between files.
  const folder = mkdtempSync(join(tmpdir(), 'retort-verdict-'));
  try {
    const path = join(folder, 'graph.onnx');
    writeFileSync(path, edit(graph.build()));
    const proof = proveRows(path);
    return proof.proven ? 'PROVEN' : proof.reason;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A body of If, Loop or Scan. */
export function body(fill: (graph: GraphBuilder) => void): GraphBuilder {
  const graph = new GraphBuilder('body', { opset: 17 });
  fill(graph);
  return graph;
}

export const ints = (graph: GraphBuilder, name: string, ...values: number[]) =>
  graph.constant(name, 'INT64', [values.length], values.map(BigInt));
export const int = (graph: GraphBuilder, name: string, value: number) =>
  graph.constant(name, 'INT64', [], [BigInt(value)]);
export const floats = (graph: GraphBuilder, name: string, dims: readonly number[]) =>
  graph.constant(name, 'FP32', dims, Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => at + 1)); // prettier-ignore
/** `[size]`, of one axis of x. */
export const sizeOf = (graph: GraphBuilder, axis: number, name = `axis${axis}`) =>
  graph.node('Gather', [graph.node('Shape', ['x']), ints(graph, name, axis)]);

// Parts of onnx/onnx.proto that GraphBuilder does not write.
const model = protobuf
  .parse(
    `syntax = "proto2";
message Set { optional string domain = 1; optional int64 version = 2; }
message Attribute { optional string name = 1; optional int64 i = 3; optional int32 type = 20; optional string ref_attr_name = 21; }
message Node { repeated string input = 1; repeated string output = 2; optional string op_type = 4; repeated Attribute attribute = 5; optional string domain = 7; }
message Function { optional string name = 1; repeated string input = 4; repeated string output = 5; repeated string attribute = 6; repeated Node node = 7; repeated Set opset_import = 9; optional string domain = 10; repeated Attribute attribute_proto = 11; }
message Model { repeated Set opset_import = 8; repeated Function functions = 25; }`,
    { keepCase: true },
  )
  .root.lookupType('Model');

interface OwnAttribute {
  readonly name: string;
  readonly i?: number;
  readonly type: 2;
  readonly ref_attr_name?: string;
}

export interface OwnFunction {
  readonly name?: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly string[];
  readonly attribute_proto?: readonly OwnAttribute[];
  readonly node: readonly {
    readonly op_type: string;
    readonly domain?: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
    readonly attribute?: readonly OwnAttribute[];
  }[];
}

/** Adds functions, of domain `own` unless another is named. */
export function withFunctions(functions: readonly OwnFunction[], version = 17) {
  const all = functions.map((one) => ({ name: 'Thing', domain: 'own', ...one, opset_import: [{ domain: '', version }] })); // prettier-ignore
  return (bytes: Uint8Array) => Buffer.concat([bytes, model.encode(model.fromObject({ functions: all })).finish()]); // prettier-ignore
}

export function withOpset(domain: string, version: number) {
  return (bytes: Uint8Array) => Buffer.concat([bytes, model.encode(model.fromObject({ opset_import: [{ domain, version }] })).finish()]); // prettier-ignore
}
