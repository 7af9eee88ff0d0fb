import { fields, type Field } from '../difference/protobuf-fields.js';
import { ModelProblem } from '../model-problem.js';
import { modelOutline, type OutlineMessage } from './outline-schema.js';
import { readSkeleton } from '../protobuf-skeleton.js';
import { WindowedFile } from '../windowed-file.js';

/** Numbers of fields of onnx/onnx.proto that a rewriting touches. */
export const MODEL = { graph: 7, opsetImport: 8 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
export const NODE = { input: 1, output: 2, attribute: 5 } as const;
export const ATTRIBUTE = { g: 6, graphs: 11 } as const;

/** A field as it lies in the file, tag included. */
export interface Piece {
  readonly number: number;
  /** Where its tag begins. */
  readonly from: number;
  /** Where its content begins. */
  readonly start: number;
  readonly end: number;
}

/** A model file cut into the fields of the model, and those of its graph. */
export interface GraphLayout {
  readonly model: readonly Piece[];
  readonly graph: readonly Piece[];
}

/** What a layout means: the n-th node of the outline is the n-th piece of number GRAPH.node, and so on. */
export interface GraphOutline extends GraphLayout {
  readonly outline: OutlineMessage;
  /** Index into `graph` of each piece of a number, in order. */
  readonly places: ReadonlyMap<number, readonly number[]>;
}

// As for the summary: the description of the largest published graphs, without weights, is a few megabytes.
const MAX_OUTLINE_BYTES = 128 * 1024 * 1024;

/**
 * Where everything lies. Weights are passed over, however large they are.
 * @throws ModelProblem UNSUPPORTED_MODEL when the graph is in several parts, which protobuf would merge
 */
export function readLayout(path: string): GraphLayout {
  const file = new WindowedFile(path);
  try {
    const model = [...piecesOf(file, 0, file.size)];
    const graphs = model.filter(({ number }) => number === MODEL.graph);
    const [only] = graphs;
    if (only === undefined || graphs.length > 1)
      throw new ModelProblem(
        'UNSUPPORTED_MODEL',
        `Expected the graph in one piece, got it in ${graphs.length}: write the file anew with onnx.save(onnx.load("model.onnx"), "model.onnx")`,
      );
    return { model, graph: [...piecesOf(file, only.start, only.end)] };
  } finally {
    file.close();
  }
}

/** @throws ModelProblem */
export function readOutline(path: string): GraphOutline {
  const layout = readLayout(path);
  const file = new WindowedFile(path);
  try {
    const skeleton = readSkeleton(file, modelOutline, MAX_OUTLINE_BYTES);
    const outline: OutlineMessage = modelOutline.toObject(modelOutline.decode(skeleton));
    const places = new Map<number, number[]>();
    for (const [index, { number }] of layout.graph.entries()) {
      const known = places.get(number);
      if (known) known.push(index);
      else places.set(number, [index]);
    }
    return { ...layout, outline, places };
  } finally {
    file.close();
  }
}

/** The bytes of a piece's content. */
export function contentOf(path: string, { start, end }: Piece): Buffer {
  const file = new WindowedFile(path);
  try {
    file.position = start;
    return file.copy(end - start);
  } finally {
    file.close();
  }
}

function* piecesOf(file: WindowedFile, start: number, end: number): Generator<Piece> {
  file.position = start;
  let from = start;
  for (const field of fields(file, end)) {
    const { number, start: content, end: until }: Field = field;
    yield { number, from, start: content, end: until };
    from = until;
  }
}
