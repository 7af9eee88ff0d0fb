import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const FLOAT = 1;
const EXTERNAL = 1;

/**
 * Writes `model.onnx`: y = x · W1 · W2 · …, whose weights lie in `model.onnx.data` beside it. Each Wi is the identity times its
 * factor, so that the answer is known; the file has holes where it is zero.
 *
 * @returns bytes of the weights
 */
export async function writeExternalModel(
  folder: string,
  { size, factors }: { readonly size: number; readonly factors: readonly number[] },
): Promise<number> {
  const bytes = 4 * size * size;
  const file = await open(join(folder, 'model.onnx.data'), 'w');
  try {
    await file.truncate(bytes * factors.length);
    for (const [index, factor] of factors.entries()) {
      const value = Buffer.alloc(4);
      value.writeFloatLE(factor);
      for (let row = 0; row < size; row += 1)
        await file.write(value, 0, 4, index * bytes + 4 * row * (size + 1));
    }
  } finally {
    await file.close();
  }
  await writeFile(join(folder, 'model.onnx'), graphOf(size, factors.length, bytes));
  return bytes * factors.length;
}

/** By the field numbers of onnx.proto. */
function graphOf(size: number, count: number, bytes: number): Uint8Array {
  const tensors = Array.from({ length: count }, (_, index) =>
    message((tensor) => {
      tensor
        .uint32(8)
        .int64(size)
        .uint32(8)
        .int64(size)
        .uint32(16)
        .int32(FLOAT)
        .uint32(66)
        .string(`w${index}`);
      for (const [key, value] of Object.entries({
        location: 'model.onnx.data',
        offset: String(index * bytes),
        length: String(bytes),
      }))
        tensor.uint32(106).bytes(message((entry) => entry.uint32(10).string(key).uint32(18).string(value)));
      tensor.uint32(112).int32(EXTERNAL);
    }),
  );
  const nodes = Array.from({ length: count }, (_, index) =>
    message((node) =>
      node
        .uint32(10)
        .string(index === 0 ? 'x' : `h${index}`)
        .uint32(10)
        .string(`w${index}`)
        .uint32(18)
        .string(index === count - 1 ? 'y' : `h${index + 1}`)
        .uint32(34)
        .string('MatMul'),
    ),
  );
  const graph = message((writer) => {
    for (const node of nodes) writer.uint32(10).bytes(node);
    writer.uint32(18).string('large');
    for (const tensor of tensors) writer.uint32(42).bytes(tensor);
    writer.uint32(90).bytes(valueOf('x', size)).uint32(98).bytes(valueOf('y', size));
  });
  return message((model) =>
    model
      .uint32(8)
      .int64(8)
      .uint32(58)
      .bytes(graph)
      .uint32(66)
      .bytes(message((opset) => opset.uint32(10).string('').uint32(16).int64(17))),
  );
}

function valueOf(name: string, size: number): Uint8Array {
  const shape = message((writer) =>
    writer
      .uint32(10)
      .bytes(message((rows) => rows.uint32(18).string('rows')))
      .uint32(10)
      .bytes(message((columns) => columns.uint32(8).int64(size))),
  );
  const tensor = message((writer) => writer.uint32(8).int32(FLOAT).uint32(18).bytes(shape));
  const type = message((writer) => writer.uint32(10).bytes(tensor));
  return message((value) => value.uint32(10).string(name).uint32(18).bytes(type));
}

function message(write: (writer: protobuf.Writer) => unknown): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return writer.finish();
}
