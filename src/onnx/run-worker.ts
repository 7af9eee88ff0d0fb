// The entry of a worker thread that holds sessions and runs them. It has no exit of its own: when the port is closed
// and the last native call has returned, nothing keeps it alive. Ending it from outside during a run would abort the
// whole process.
import { parentPort } from 'node:worker_threads';
import type { InferenceSession as Session } from 'onnxruntime-node';
import { fromRuntimeType, runtimeType } from './data-types.js';
import { readGraph, type GraphSummary } from './graph-summary.js';
import { ModelProblem } from './model-problem.js';
import { toWire, viewOf, type RunnerReply, type RunnerRequest, type WireTensor } from './run-messages.js';
import { cleanRuntimeMessage, loadProblem } from './runtime-messages.js';
import { InferenceSession, RuntimeTensor } from './runtime.js';
import { sessionOptions } from './session-options.js';
import type { Tensor, TensorValues } from './tensor.js';

const port = parentPort;
if (port === null) throw new Error('run-worker is the entry of a worker thread');

const sessions = new Map<number, Session>();

port.on('message', (request: RunnerRequest) => {
  if (request.type === 'stop') {
    port.close();
    return;
  }
  answer(request).then(
    ({ reply, transfer }) => port.postMessage(reply, transfer),
    (error: unknown) => port.postMessage(failure(request.id, error)),
  );
});

interface Answer {
  reply: RunnerReply;
  transfer?: ArrayBuffer[];
}

async function answer(request: Exclude<RunnerRequest, { type: 'stop' }>): Promise<Answer> {
  switch (request.type) {
    case 'load': {
      const begun = performance.now();
      sessions.set(request.session, await load(request.path, request.threads));
      return { reply: { type: 'loaded', id: request.id, loadMs: performance.now() - begun } };
    }
    case 'run': {
      const session = sessions.get(request.session);
      if (session === undefined) throw new Error('the session is not loaded');
      const feeds = feedsOf(request.inputs);
      const begun = performance.now();
      const results = await (request.outputs === null
        ? session.run(feeds)
        : session.run(feeds, request.outputs));
      const inferMs = performance.now() - begun;
      const { tensors, transfer } = toWire(
        (request.outputs ?? session.outputNames).map((name) => resultOf(name, results[name])),
      );
      return { reply: { type: 'ran', id: request.id, outputs: tensors, inferMs }, transfer };
    }
    case 'release': {
      const session = sessions.get(request.session);
      sessions.delete(request.session);
      await session?.release();
      return { reply: { type: 'released', id: request.id } };
    }
  }
}

async function load(path: string, threads: number): Promise<Session> {
  try {
    return await InferenceSession.create(path, sessionOptions(threads));
  } catch (error) {
    throw loadProblem(error, path, summaryOf(path));
  }
}

/** For the message only: what cannot be read is told from the runtime's words alone. */
function summaryOf(path: string): GraphSummary | undefined {
  try {
    return readGraph(path).summary;
  } catch {
    return undefined;
  }
}

function feedsOf(inputs: readonly WireTensor[]): Session.FeedsType {
  // Without a prototype, so that any name is only a name.
  const feeds = Object.create(null) as Record<string, InstanceType<typeof RuntimeTensor>>;
  for (const input of inputs)
    feeds[input.name] = new RuntimeTensor(runtimeType(input.datatype), viewOf(input), input.shape);
  return feeds;
}

function resultOf(name: string, value: Session.ReturnType[string] | undefined): Tensor {
  const datatype = value === undefined ? undefined : fromRuntimeType(value.type);
  if (value === undefined || datatype === undefined) throw new Error(`output "${name}" is no tensor`);
  return { name, datatype, shape: value.dims, data: value.data as TensorValues };
}

function failure(id: number, error: unknown): RunnerReply {
  return error instanceof ModelProblem
    ? { type: 'refused', id, code: error.code, message: error.message }
    : { type: 'failed', id, message: cleanRuntimeMessage(error) };
}
