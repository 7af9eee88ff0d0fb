// onnxruntime reads the environment when it is loaded, and reports usage over the network unless told not to, so
// this comes before the import. A worker that shares its environment sets the whole process's.
// eslint-disable-next-line no-restricted-properties -- written, not read: it configures the library, not Retort
process.env.ORT_DISABLE_TELEMETRY = '1';

const { InferenceSession, Tensor: RuntimeTensor } = await import('onnxruntime-node');

// JavaScript's own Float16Array (Node 24) is nothing that the library's native part can read. Where there is none, it keeps
// half floats in a Uint16Array, as everything here does; it looks for one when it makes its first tensor.
const own = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
if (own !== undefined) {
  Reflect.deleteProperty(globalThis, 'Float16Array');
  new RuntimeTensor('float16', new Uint16Array(1), [1]).dispose();
  Object.defineProperty(globalThis, 'Float16Array', own);
}

export { InferenceSession, RuntimeTensor };
