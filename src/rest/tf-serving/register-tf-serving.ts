import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CatalogService } from '../../catalog/index.js';
import type { DeploymentService } from '../../deployments/index.js';
import { decodeTensor, type RawTensor, type Signature, type Tensor } from '../../tensors/index.js';
import { numbersOfTensors, type InferenceService } from '../../inference/index.js';
import { Disconnection } from '../../platform/disconnection.js';
import { DomainError } from '../../platform/errors.js';
import type { Ending } from '../../platform/in-turns.js';
import { bodyBytes, jsonObject } from '../protocol-body.js';
import { RestError } from '../rest-error.js';
import type { ServedModels } from '../served-models.js';
import { classification, regression } from './example-answers.js';
import { exampleInputs, readExamples } from './examples.js';
import { modelStatus } from './model-status.js';
import { checkRows, predictAnswer } from './predict-answer.js';
import { predictInputs, readPredictCall } from './predict.js';
import { checkSignatureName, signatureDefinition } from './signature.js';

const METHODS = ['predict', 'classify', 'regress'] as const;
type Method = (typeof METHODS)[number];

interface ModelPath {
  Params: { model: string; version?: string; label?: string };
}

export interface TfServingServices {
  readonly models: ServedModels;
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
}

/** A request read as far as it can be without the model: what it takes, and what its outputs become. */
interface Call {
  inputs(signature: Signature): RawTensor[];
  /** @throws DomainError INVALID_ARGUMENT when the outputs are not what the method answers */
  check(outputs: readonly Tensor[]): void;
  answer(outputs: readonly Tensor[], until: Ending): string | Promise<Buffer>;
}

/** TensorFlow Serving's REST API. Its methods stand behind a colon in the last part of the path. */
export async function registerTfServing(app: FastifyInstance, services: TfServingServices): Promise<void> {
  const { models } = services;
  for (const path of [
    '/v1/models/:model',
    '/v1/models/:model/versions/:version',
    '/v1/models/:model/labels/:label',
  ]) {
    app.get<ModelPath>(path, async (request) => {
      const { model, selector, method } = readPath(request);
      if (method !== undefined) throw wrongMethod(request, 'POST');
      return modelStatus(await models.describe(model, selector), services);
    });
    app.get<ModelPath>(`${path}/metadata`, async (request) => {
      const { model, selector } = readPath(request);
      const { version } = await models.describe(model, selector);
      return {
        model_spec: { name: model, signature_name: '', version: String(version.number) },
        metadata: signatureDefinition(version.signature),
      };
    });
    app.post<ModelPath>(path, async (request, reply) => {
      const { model, selector, method } = readPath(request);
      if (method === undefined) throw wrongMethod(request, 'GET, HEAD');
      return run(request, reply, services, { model, selector, method });
    });
  }
}

async function run(
  request: FastifyRequest,
  reply: FastifyReply,
  { models, inference }: TfServingServices,
  { model, selector, method }: { model: string; selector: string | undefined; method: Method },
): Promise<FastifyReply> {
  const body = jsonObject(bodyBytes(request));
  checkSignatureName(body.signature_name, method);
  const call = readCall(method, body);
  const target = { ...(await models.target(model, selector)), signal: new Disconnection(reply.raw) };
  const { result } = await inference.withModel<readonly Tensor[], string | Buffer>(
    request.caller,
    'infer',
    target,
    {
      work: async (open) => {
        const raw = call.inputs(open.version.signature);
        const outputs = await open.infer(raw.map((tensor) => decodeTensor(tensor)));
        call.check(outputs);
        const asked = () => ({ operation: 'INFER', inputs: raw }) as const;
        return { value: outputs, rows: raw[0]?.shape[0] ?? 1, asked };
      },
      numbersOf: numbersOfTensors,
      present: (outputs, until) => call.answer(outputs, until),
    },
  );
  return reply.type('application/json; charset=utf-8').send(result);
}

function readCall(method: Method, body: Readonly<Record<string, unknown>>): Call {
  if (method === 'predict') {
    const call = readPredictCall(body);
    return {
      inputs: (signature) => predictInputs(call, signature),
      check: (outputs) => checkRows(call, outputs),
      answer: (outputs, until) => predictAnswer(call, outputs, until),
    };
  }
  const examples = readExamples(body);
  const answers = method === 'classify' ? classification : regression;
  return {
    inputs: (signature) => exampleInputs(examples, signature),
    check: (outputs) => answers.check(outputs, examples.length),
    answer: (outputs, until) => answers.answer(outputs, until),
  };
}

/** @throws RestError NOT_FOUND, DomainError INVALID_ARGUMENT */
function readPath(request: FastifyRequest<ModelPath>): {
  model: string;
  selector: string | undefined;
  method: Method | undefined;
} {
  const { model, version, label } = request.params;
  const last = version ?? label ?? model;
  const colon = last.lastIndexOf(':');
  const name = colon === -1 ? last : last.slice(0, colon);
  const method = METHODS.find((known) => known === last.slice(colon + 1));
  if (colon !== -1 && method === undefined) {
    throw new RestError(
      'NOT_FOUND',
      `Expected :${METHODS.join(', :')} at the end of the path, got ${JSON.stringify(last.slice(colon, colon + 100))}.`,
    );
  }
  if (version !== undefined && !/^\d+$/.test(name))
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a version number after /versions/, got ${JSON.stringify(name.slice(0, 100))}. Aliases and tags go after /labels/.`,
    );
  // A digit or a digest would be read as a version, which is no label.
  if (label !== undefined && (/^\d+$/.test(name) || name.includes(':')))
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected an alias after /labels/, got ${JSON.stringify(name.slice(0, 100))}. Version numbers go after /versions/.`,
    );
  const selector = version === undefined && label === undefined ? undefined : name;
  return {
    model: selector === undefined ? name : model,
    selector,
    method: colon === -1 ? undefined : method,
  };
}

function wrongMethod(request: FastifyRequest, allow: string): RestError {
  const path = (request.url.split('?', 1)[0] ?? '').slice(0, 200);
  return new RestError('METHOD_NOT_ALLOWED', `${path} answers ${allow}, got ${request.method}.`, { allow });
}
