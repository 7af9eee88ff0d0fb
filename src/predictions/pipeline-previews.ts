import { type CatalogService, withTokenizers } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import {
  derivedPipeline,
  describeInstance,
  type FieldDescription,
  type InstanceReader,
  parseNewPipeline,
  parsePipeline,
  type Pipeline,
  type PreviewedValue,
  previewedInputs,
  PreviewWatch,
  type RowErrorNote,
  type WarningNote,
} from '../pipelines/index.js';
import type { Signature } from '../tensors/index.js';
import { signatureOf } from './declared-signature.js';

const MAX_INSTANCES = 100;

export interface PreviewRequest {
  readonly version?: string | null | undefined;
  readonly pipeline?: unknown;
  readonly signature?: unknown;
  readonly instances: readonly unknown[];
}

export interface InstancePreview {
  readonly values: readonly PreviewedValue[];
  readonly inputs: readonly PreviewedValue[];
  readonly warnings: readonly WarningNote[];
  readonly error: RowErrorNote | null;
}

export interface PipelinePreview {
  readonly pipeline: Pipeline;
  readonly fields: readonly FieldDescription[];
  readonly instances: readonly InstancePreview[];
}

/** Shows what pipelines make of instances, without a model. */
export class PipelinePreviews {
  private readonly catalog: Pick<CatalogService, 'findVersion'>;
  private readonly instances: InstanceReader;

  constructor(deps: {
    readonly catalog: Pick<CatalogService, 'findVersion'>;
    readonly instances: InstanceReader;
  }) {
    this.catalog = deps.catalog;
    this.instances = deps.instances;
  }

  /**
   * @throws DomainError INVALID_PIPELINE with all that is wrong with it; INVALID_ARGUMENT for a signature that is none, or for
   * neither a signature nor a version; VERSION_NOT_FOUND; UNAVAILABLE when molecules cannot be read at the moment
   */
  async preview(request: PreviewRequest, signal?: AbortSignal): Promise<PipelinePreview> {
    const { instances } = request;
    if (instances.length > MAX_INSTANCES)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected at most ${MAX_INSTANCES} instances to preview, got ${instances.length}.`,
        { field: ['instances'] },
      );
    const pipeline = await this.pipelineOf(request);
    const watch = new PreviewWatch(pipeline, instances.length);
    const batch = await this.instances.prepare(pipeline, instances, { signal, watch: watch.see });
    const previews = instances.map((_, place): InstancePreview => ({
      values: watch.valuesOf(place),
      inputs: [],
      warnings: [],
      error: batch.errors.get(place) ?? null,
    }));
    for (let row = 0; row < batch.rows; row += 1) {
      const place = batch.placeOf(row);
      const known = previews[place];
      if (known)
        previews[place] = {
          ...known,
          inputs: previewedInputs(pipeline, batch.tensors(row, row + 1)),
          warnings: batch.warnings(row),
        };
    }
    return { pipeline, fields: describeInstance(pipeline).fields, instances: previews };
  }

  private async pipelineOf({
    version: ref,
    pipeline,
    signature,
    instances,
  }: PreviewRequest): Promise<Pipeline> {
    const version = ref === null || ref === undefined ? null : await this.catalog.findVersion(ref);
    if (ref !== null && ref !== undefined && version === null)
      throw new DomainError('VERSION_NOT_FOUND', `There is no version ${JSON.stringify(ref)}.`, {
        field: ['version'],
      });
    const tensors: Signature | undefined =
      signature === null || signature === undefined ? version?.signature : signatureOf(signature);
    if (tensors === undefined)
      throw new DomainError(
        'INVALID_ARGUMENT',
        'Expected a version, or a signature with inputs and outputs, got neither.',
        {
          field: ['signature'],
        },
      );
    if (pipeline !== null && pipeline !== undefined) {
      const parsed = parseNewPipeline(pipeline, tensors);
      // Of a pipeline that is only checked, the tokenizer may be attached to the version that is published with it.
      return instances.length === 0 ? parsed : withTokenizers(parsed, version?.attachments ?? []);
    }
    return version?.pipeline ? parsePipeline(version.pipeline, tensors) : derivedPipeline(tensors);
  }
}
