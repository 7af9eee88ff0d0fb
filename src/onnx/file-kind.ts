/**
 * What a file that is no ONNX model looks like, with the way to make ONNX of it; undefined when it has no known
 * signature. Judged by its first bytes alone.
 */
export function recogniseFile(head: Buffer): string | undefined {
  return kinds.find(({ matches }) => matches(head))?.hint;
}

const kinds: readonly { matches: (head: Buffer) => boolean; hint: string }[] = [
  {
    // A zip whose first entry lies in `<name>/data.pkl` or `<name>/version` is what torch.save writes.
    matches: (head) =>
      startsWith(head, 'PK\x03\x04') &&
      /\/(data\.pkl|version|\.format_version|\.data\/)/.test(head.toString('latin1')),
    hint: 'a PyTorch checkpoint (.pt): export it with torch.onnx.export(model, example_inputs, "model.onnx")',
  },
  {
    matches: (head) => startsWith(head, 'PK\x03\x04'),
    hint: 'a zip archive (.zip, .npz, .keras): a zip of a .onnx file and its data is sent with Content-Type application/zip; a Keras model becomes ONNX with model.export("model.onnx", format="onnx")',
  },
  {
    matches: (head) => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5,
    hint: 'a Python pickle (scikit-learn, joblib or PyTorch): export it with skl2onnx.to_onnx(model, X[:1]) or torch.onnx.export',
  },
  {
    matches: (head) => startsWith(head, '\x89HDF\r\n\x1a\n'),
    hint: 'an HDF5 file (Keras .h5): load it and call model.export("model.onnx", format="onnx")',
  },
  {
    matches: (head) => startsWith(head, '\x1f\x8b'),
    hint: 'a gzip archive: unpack it and send the .onnx file alone',
  },
  {
    matches: (head) => head.subarray(4, 8).toString('latin1') === 'TFL3',
    hint: 'a TensorFlow Lite model: convert it with python -m tf2onnx.convert --tflite model.tflite --output model.onnx',
  },
  {
    matches: (head) => head.subarray(4, 8).toString('latin1') === 'ORTM',
    hint: 'an onnxruntime .ort file, which is bound to one runtime: send the .onnx file it was made from',
  },
  {
    // saved_model.pb: schema version 1, then a MetaGraphDef whose MetaInfoDef comes first.
    matches: (head) =>
      startsWith(head, '\x08\x01\x12') &&
      head.subarray(0, 256).includes('\n') &&
      /serve|saver|stripped_op_list|\btf\b/.test(head.toString('latin1')),
    hint: 'a TensorFlow SavedModel: convert its folder with python -m tf2onnx.convert --saved-model DIR --output model.onnx',
  },
  {
    matches: (head) => startsWith(head, 'GGUF'),
    hint: 'a GGUF file of language-model weights, which holds no graph: export the model as ONNX',
  },
  {
    matches: (head) =>
      /^\s*\{/.test(head.toString('latin1', 8)) && (head[7] ?? 1) === 0 && (head[6] ?? 1) === 0,
    hint: 'a safetensors file, which holds weights and no graph: load them into the model and export that with torch.onnx.export',
  },
  {
    matches: (head) => startsWith(head, 'version https://git-lfs'),
    hint: 'a Git LFS pointer: run git lfs pull and send the real file',
  },
  {
    matches: (head) => /^\s*(<!doctype|<html|<\?xml)/i.test(head.toString('latin1')),
    hint: 'a web page or XML: check the address it was downloaded from, and send the .onnx file itself',
  },
  {
    matches: (head) =>
      head.length > 0 &&
      head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) &&
      !head.includes(0x7f),
    hint: 'a text file: send the binary .onnx file',
  },
];

function startsWith(head: Buffer, prefix: string): boolean {
  return head.subarray(0, prefix.length).toString('latin1') === prefix;
}
