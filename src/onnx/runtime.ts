// onnxruntime reads the environment when it is loaded, and reports usage over the network unless told not to, so
// this comes before the import. A worker that shares its environment sets the whole process's.
// eslint-disable-next-line no-restricted-properties -- written, not read: it configures the library, not Retort
process.env.ORT_DISABLE_TELEMETRY = '1';

const { InferenceSession, Tensor: RuntimeTensor } = await import('onnxruntime-node');

export { InferenceSession, RuntimeTensor };
