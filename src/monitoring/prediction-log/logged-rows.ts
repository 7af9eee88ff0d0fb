import type { VersionRecord } from '../../catalog/index.js';
import type { AnsweredRequest } from '../../inference/index.js';
import type { PredictionLogSettings } from '../../deployments/index.js';
import { derivedPipeline, parsePipeline, type Pipeline } from '../../pipelines/index.js';
import { newRequestKey, predictionId } from '../../predictions/index.js';
import type { JudgedPrediction } from '../../reliability/index.js';
import { requestText } from '../../recording/index.js';
import { byteLengthOf, decodeTensor, type RawTensor, type Tensor } from '../../tensors/index.js';
import { contentToText } from './logged-content.js';
import { maskedAnswer } from './mask-prediction.js';
import type { NewLoggedPrediction } from './records.js';
import { subjectHash, subjectOfInstance, subjectOfTensors } from './subject.js';

/** What is larger, as JSON, is not kept. */
export const MAX_ENTRY_BYTES = 65_536;

/** How many entries a request makes: one for each instance, or one for all its tensors. */
export function entriesOf({ operation, rows }: AnsweredRequest): number {
  return operation === 'predict' ? rows : 1;
}

/** One of them, masked; null for one that is too large. Called while what was asked can still be had. */
export function loggedEntry(
  request: AnsweredRequest,
  deploymentId: string,
  settings: PredictionLogSettings,
  entry: number,
): NewLoggedPrediction | null {
  const { target, operation, at, totalMs, phases } = request;
  const made =
    operation === 'predict'
      ? answerEntry(request, deploymentId, settings, entry)
      : tensorEntry(request, deploymentId, settings);
  if (made === null) return null;
  const bytes = Buffer.byteLength(made.content);
  if (bytes > MAX_ENTRY_BYTES) return null;
  return {
    ...made,
    bytes,
    versionId: target.version.id,
    at: new Date(at),
    totalMs,
    queueMs: phases.queueMs,
    runMs: phases.runMs,
  };
}

/** Versions are immutable; forgotten with the record it hangs on. */
const parsed = new WeakMap<VersionRecord, Pipeline>();

function pipelineOf(version: VersionRecord): Pipeline {
  const known = parsed.get(version);
  if (known) return known;
  const pipeline =
    version.pipeline === null
      ? derivedPipeline(version.signature)
      : parsePipeline(version.pipeline, version.signature);
  parsed.set(version, pipeline);
  return pipeline;
}

type Made = Pick<
  NewLoggedPrediction,
  'id' | 'operation' | 'rows' | 'subject' | 'errorCode' | 'number' | 'content'
>;

function answerEntry(
  { target: { version }, key, value, instances }: AnsweredRequest,
  deploymentId: string,
  { mask, subject }: PredictionLogSettings,
  place: number,
): Made | null {
  const prediction = (value as readonly JudgedPrediction[])[place];
  if (prediction === undefined) return null;
  const instance = instances?.[place];
  // Found out without writing all of it.
  if (requestText({ operation: 'PREDICT', instances: [instance] }, MAX_ENTRY_BYTES) === null) return null;
  const pipeline = pipelineOf(version);
  const content = maskedAnswer(pipeline, instance ?? null, prediction, mask);
  const identifier = subject === null ? null : subjectOfInstance(instance, subject);
  return {
    id: predictionId(key, place),
    operation: 'PREDICT',
    rows: 1,
    subject: identifier === null ? null : subjectHash(deploymentId, identifier),
    errorCode: prediction.error?.code ?? null,
    number: typeof content.value === 'number' ? content.value : null,
    content: contentToText(content),
  };
}

function tensorEntry(
  { asked, value, at, rows }: AnsweredRequest,
  deploymentId: string,
  { mask, subject }: PredictionLogSettings,
): Made | null {
  const question = asked();
  if (question.operation !== 'INFER') return null;
  const shown = <T extends { readonly name: string }>(tensors: readonly T[]) =>
    tensors.filter(({ name }) => !mask.includes(name));
  const all = [...question.inputs, ...(value as readonly Tensor[])];
  const inputs: readonly RawTensor[] = shown(question.inputs);
  const outputs = shown(value as readonly Tensor[]);
  const answered = outputs.reduce((sum, { data }) => sum + byteLengthOf(data), 0);
  if (answered > MAX_ENTRY_BYTES || requestText({ operation: 'INFER', inputs }, MAX_ENTRY_BYTES) === null)
    return null;
  const masked = mask.filter((name) => all.some((tensor) => tensor.name === name));
  const identifier = subject === null ? null : subjectOfTensors(question.inputs, subject);
  return {
    id: predictionId(newRequestKey(deploymentId, at), 0),
    operation: 'INFER',
    rows,
    subject: identifier === null ? null : subjectHash(deploymentId, identifier),
    errorCode: null,
    number: null,
    content: contentToText({
      operation: 'INFER',
      inputs: inputs.map((tensor) => decodeTensor(tensor)),
      outputs,
      masked,
    }),
  };
}
