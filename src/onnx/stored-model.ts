import { ModelProblem } from './model-problem.js';
import { MalformedProtobuf, WindowedFile } from './windowed-file.js';

/**
 * Has a stored model read a part at a time, and closes its file. Synchronous: for a child process.
 *
 * @throws ModelProblem INVALID_MODEL for bytes that are no model; what `read` throws
 */
export function readStoredModel<T>(path: string, read: (file: WindowedFile) => T): T {
  const file = new WindowedFile(path);
  try {
    return read(file);
  } catch (error) {
    if (error instanceof MalformedProtobuf)
      throw new ModelProblem('INVALID_MODEL', `The stored file is no ONNX model: ${error.message}`);
    throw error;
  } finally {
    file.close();
  }
}
