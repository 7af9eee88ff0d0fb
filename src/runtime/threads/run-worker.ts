// The entry of a worker thread that holds sessions and runs them. It has no exit of its own: when the port is closed
// and the last native call has returned, nothing keeps it alive. Ending it from outside during a run would abort the
// whole process.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { ModelProblem } from '../../onnx/index.js';
import { fromWire, toWire, type RunnerReply, type RunnerRequest } from './run-messages.js';
import { BACKGROUND_PRIORITY } from '../../platform/children/process-priority.js';
import { cleanRuntimeMessage } from '../sessions/runtime-messages.js';
import { SessionHost } from '../sessions/session-host.js';

const port = parentPort;
if (port === null) throw new Error('run-worker is the entry of a worker thread');

const host = new SessionHost();

port.on('message', (request: RunnerRequest) => {
  switch (request.type) {
    case 'stop':
      port.close();
      break;
    case 'give way':
      // Linux counts each thread for itself; elsewhere this would slow the whole server down.
      if (process.platform === 'linux') setPriority(0, BACKGROUND_PRIORITY);
      break;
    default:
      answer(request).then(
        ({ reply, transfer }) => port.postMessage(reply, transfer),
        (error: unknown) => port.postMessage(failure(request.id, error)),
      );
  }
});

interface Answer {
  reply: RunnerReply;
  transfer?: ArrayBuffer[];
}

async function answer(request: Extract<RunnerRequest, { id: number }>): Promise<Answer> {
  const { id, session } = request;
  switch (request.type) {
    case 'load':
      return { reply: { type: 'loaded', id, outcome: await host.load(session, request.spec) } };
    case 'run': {
      const { outputs, inferMs } = await host.run(session, request.inputs.map(fromWire), request.outputs);
      const { tensors, transfer } = toWire(outputs);
      return { reply: { type: 'ran', id, outputs: tensors, inferMs }, transfer };
    }
    case 'release':
      await host.release(session);
      return { reply: { type: 'released', id } };
  }
}

function failure(id: number, error: unknown): RunnerReply {
  return error instanceof ModelProblem
    ? { type: 'refused', id, code: error.code, message: error.message }
    : { type: 'failed', id, message: cleanRuntimeMessage(error) };
}
