import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { unpackModelFolder, type ArtifactStore } from '../artifacts/index.js';
import {
  conversionSchema,
  type ArtifactInput,
  type CatalogService,
  type ConversionRecord,
  type ModelFormat,
  type OutputDifference,
  type PublishVersionInput,
  type VersionRecord,
  FORMAT_NAMES,
} from '../catalog/index.js';
import type { JobWork, RunningJob } from '../jobs/index.js';
import type { Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import type { JsonObject } from '../platform/events/index.js';
import type { RunnerPool, RuntimeGraphs } from '../runtime/index.js';
import {
  checkedOptions,
  checkedSample,
  checkedTolerance,
  conversionInput,
  publicationOf,
  type ConversionInput,
  type ConversionSample,
} from './conversion-input.js';
import { converterResult, type ConverterResult } from './converter-messages.js';
import { openConverterParts, type ConverterParts } from './converter-parts.js';
import { runConverter, type ConverterTask } from './converter-process.js';
import { detectFormat } from './detect-format.js';
import { FORMATS } from './formats.js';
import { Scratch } from './scratch.js';
import { proveOnServer } from './server-proof.js';

/** Of the converter, then proving, then publishing. */
const OWN_STEPS = 2;

const TASK: ConverterTask<ConverterResult> = {
  noun: 'conversion',
  result: converterResult,
  failed: 'CONVERSION_FAILED',
  codes: { DIFFERS: 'CONVERSION_DIFFERS', PICKLE_NOT_TRUSTED: 'PICKLE_NOT_TRUSTED' },
};

const checkpoint = z.object({ digest: z.string(), conversion: conversionSchema });
type Converted = z.output<typeof checkpoint>;

export interface ConversionParts extends ConverterParts {
  readonly catalog: CatalogService;
  readonly artifacts: ArtifactStore;
  readonly graphs: RuntimeGraphs;
  readonly runners: RunnerPool;
  /** Whether pickles, which are programs, are read at all. */
  readonly trustPickles: boolean;
}

/**
 * The job CONVERT_MODEL: a model of another framework becomes a version. It is converted by a process of its own, both are asked the
 * same, this server's runtime too, and only what agrees is published, once, however often the job is begun.
 */
export class ModelConversion implements JobWork {
  readonly kind = 'CONVERT_MODEL';

  private constructor(private readonly parts: ConversionParts) {}

  /** Removes what conversions left behind that died with an earlier server. */
  static async open(
    services: Pick<ConversionParts, 'catalog' | 'artifacts' | 'graphs' | 'runners'>,
    config: Config,
  ): Promise<ModelConversion> {
    return new ModelConversion({
      ...services,
      ...(await openConverterParts(config, 'conversions')),
      trustPickles: config.trustPickles,
    });
  }

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const { artifacts, catalog, environments } = this.parts;
    const model = typeof asked.model === 'string' ? asked.model : '';
    const publication = publicationOf(asked);
    const tolerance = checkedTolerance(asked.tolerance);
    const options = checkedOptions(asked.options);
    const sample = checkedSample(asked.sample);
    await catalog.checkPublication({ model, ...publication });
    const { digest, foundAt } = await catalog.takeArtifact((asked.artifact ?? {}) as ArtifactInput);
    const format =
      (asked.format as ModelFormat | null | undefined) ??
      (await detectFormat(await artifacts.unverified(digest), artifacts.maxBytes));
    if (format === null) throw unknownFormat();
    if (typeof asked.signature === 'string' && !FORMATS[format].hasSignatures)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected no signature with ${FORMAT_NAMES[format]}: a SavedModel alone has several to choose from.`,
        { field: ['signature'] },
      );
    const trustPickle = asked.trustPickle === true;
    this.checkTrust(format, trustPickle);
    await environments.python(FORMATS[format].environment);
    const input: ConversionInput = {
      model,
      artifact: digest,
      format,
      signature: typeof asked.signature === 'string' ? asked.signature : null,
      sample,
      options,
      tolerance,
      trustPickle,
      publication: {
        ...publication,
        ...(foundAt && !publication.source && { source: { ...foundAt } }),
      } as ConversionInput['publication'],
    };
    return { input: input, title: `Convert a ${FORMAT_NAMES[format]} model for ${model}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const { artifacts, catalog } = this.parts;
    const asked = conversionInput.parse(job.input);
    const known = await catalog.versionPublishedBy(job.id);
    if (known !== null) return resultOf(known);
    const saved = job.checkpoint === null ? null : checkpoint.parse(job.checkpoint);
    // What nobody published may have been removed while the job waited.
    const converted =
      saved !== null && (await artifacts.holds(saved.digest)) ? saved : await this.convert(job, asked);
    job.log('Publishing.');
    return resultOf(await this.publish(job, asked, converted));
  }

  private async convert(job: RunningJob, asked: ConversionInput): Promise<Converted> {
    const { artifacts, directory, environments, limits } = this.parts;
    const { environment, fileName, isFolder } = FORMATS[asked.format];
    this.checkTrust(asked.format, asked.trustPickle);
    const python = await environments.python(environment);
    const scratch = await Scratch.open(directory, job.id);
    try {
      const source = scratch.path('source', fileName);
      const { size } = await artifacts.stat(asked.artifact);
      if (isFolder)
        await unpackModelFolder(await artifacts.verified(asked.artifact, job.signal), source, {
          maxBytes: artifacts.maxBytes,
          signal: job.signal,
        });
      else
        await pipeline(artifacts.readChecked(asked.artifact), createWriteStream(source), {
          signal: job.signal,
        });
      let steps = 1 + OWN_STEPS;
      const result = await runConverter({
        task: TASK,
        python,
        scratch,
        limits,
        signal: job.signal,
        job: {
          format: asked.format,
          source,
          output: scratch.path('output'),
          signature: asked.signature,
          options: asked.options,
          tolerance: asked.tolerance,
          trustPickle: asked.trustPickle,
          sample: await sampleFor(scratch, asked.sample),
        },
        onLog: (message) => job.log(message),
        onProgress: (done, total) => {
          steps = total + OWN_STEPS;
          job.report({ done, total: steps });
        },
      });
      const graph = scratch.path('output', result.model);
      if (!(await lstat(graph)).isFile())
        throw new DomainError('CONVERSION_FAILED', 'The converter left no file behind.');
      const { digest } = await artifacts.put(createReadStream(graph), { signal: job.signal });
      job.report({ done: steps - OWN_STEPS, total: steps });
      job.log("Asking this server's runtime.");
      const server = await proveOnServer(this.parts, { digest, scratch, result, signal: job.signal });
      const conversion = recordOf(asked, { digest: asked.artifact, size }, result, server);
      await job.save({ digest, conversion }, { done: steps - 1, total: steps });
      return { digest, conversion };
    } finally {
      await scratch.remove();
    }
  }

  private async publish(
    job: RunningJob,
    { model, artifact, publication }: ConversionInput,
    { digest, conversion }: Converted,
  ): Promise<VersionRecord> {
    const { catalog } = this.parts;
    const said = publication as Omit<PublishVersionInput, 'model' | 'artifact'>;
    const { runtime, platform, converter, packages } = conversion;
    return catalog.publishMade(
      { actor: job.actor, requestId: job.id },
      {
        ...said,
        model,
        artifact: { digest },
        attachments: [...(said.attachments ?? []), { role: 'SOURCE', digest: artifact }],
        environment: said.environment ?? { runtime, platform, packages: [converter, ...packages] },
      },
      { job: job.id, conversion },
      job.signal,
    );
  }

  /** @throws DomainError PICKLE_NOT_TRUSTED */
  private checkTrust(format: ModelFormat, trustPickle: boolean): void {
    if (!FORMATS[format].isPickle) return;
    const what = `A ${FORMAT_NAMES[format]} file is a program: whoever made it decides what runs when it is read.`;
    if (!this.parts.trustPickles)
      throw new DomainError(
        'PICKLE_NOT_TRUSTED',
        `${what} This server reads none. Its operator allows it by RETORT_TRUST_PICKLES=true; a conversion runs without the network, but with the rights of the server.`,
        { field: ['artifact'] },
      );
    if (!trustPickle)
      throw new DomainError(
        'PICKLE_NOT_TRUSTED',
        `${what} Say that you trust this one: trustPickle: true, or retort push --trust-pickle.`,
        { field: ['trustPickle'] },
      );
  }
}

/** Tensors as files; the rest as it is. */
async function sampleFor(scratch: Scratch, sample: ConversionSample): Promise<unknown> {
  if (!('tensors' in sample)) return sample;
  const tensors = await Promise.all(
    sample.tensors.map(async ({ data, ...tensor }, index) => {
      const file = scratch.path('sample', `${index}.bin`);
      await writeFile(file, Buffer.from(data, 'base64'));
      return { ...tensor, file };
    }),
  );
  return { tensors };
}

function recordOf(
  { format, signature }: ConversionInput,
  source: ConversionRecord['source'],
  result: ConverterResult,
  server: OutputDifference[],
): ConversionRecord {
  const { about, converter, tools, network, packages, platform, runtime, warnings, proof } = result;
  const { sample, tolerance, outputs } = proof;
  return {
    format,
    about,
    source,
    signature,
    converter,
    tools,
    runtime,
    platform,
    packages,
    network,
    warnings,
    proof: { sample, tolerance, converter: outputs, server },
  };
}

function resultOf({ ref, artifactDigest, conversion }: VersionRecord): JsonObject {
  return { version: ref, artifact: artifactDigest, proof: conversion?.proof ?? null };
}

function unknownFormat(): DomainError {
  return new DomainError(
    'FORMAT_UNKNOWN',
    `The file looks like none of ${Object.values(FORMAT_NAMES).join(', ')}. Say its format, should it be one of them all the same; publishVersion takes ONNX as it is.`,
    { field: ['artifact'] },
  );
}
