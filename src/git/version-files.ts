import type {
  ArtifactRecord,
  DerivationRelation,
  DescriptionRecord,
  ExampleContent,
  ExampleRecord,
  VersionRecord,
} from '../catalog/index.js';
import { widenedValues, type Tensor } from '../tensors/index.js';
import { ATTACHMENTS, attachmentFiles } from './attachment-files.js';
import { lfsPointer } from './lfs-pointer.js';
import type { RepositoryFile } from './repository-file.js';
import { readableJson } from './readable-json.js';

/** A version with all that its commit is made of; nothing of it ever changes. */
export interface PublishedVersion {
  readonly version: VersionRecord;
  /** What the model said of itself when the version was published. */
  readonly description: DescriptionRecord;
  /** Bytes of the artifact. */
  readonly size: bigint;
  readonly format: ArtifactRecord['format'];
  /** In the order of their references. */
  readonly derivedFrom: readonly { readonly ref: string; readonly relation: DerivationRelation }[];
  /** In the publisher's order. */
  readonly examples: readonly ExampleRecord[];
}

const EXTENSIONS: Readonly<Record<ArtifactRecord['format'], string>> = {
  ONNX: 'onnx',
  ONNX_BUNDLE: 'tar',
  REMOTE: 'remote.json',
};

/**
 * The files of a version's commit. A change here gives every commit another id, so that no clone can be pulled into any
 * more: what versions get to say in addition goes into files or members that are absent where it was not said.
 */
export function versionFiles({
  version,
  description,
  size,
  format,
  derivedFrom,
  examples,
}: PublishedVersion): RepositoryFile[] {
  const { modelName, number, signature, rewrites, pipeline, metrics, source, trainingData, environment } =
    version;
  const { declaresRowsIndependent, disclosesTraining, attachments, conversion, optimization } = version;
  const { card, ...described } = description;
  // A bundle is a tar of the graph and the files its weights lie in: one object, as it is one artifact.
  const extension = EXTENSIONS[format];
  const json = (path: string, value: unknown) => ({ path, content: readableJson(withoutNulls(value)) });
  return [
    { path: '.gitattributes', content: lfsAttributes(extension, attachments.length > 0) },
    { path: 'README.md', content: card.trim() === '' ? placeholder(description) : ended(card) },
    json('model.json', {
      name: modelName,
      version: number,
      ...described,
      ...(declaresRowsIndependent ? { declaresRowsIndependent } : {}),
      ...(disclosesTraining ? { disclosesTraining } : {}),
    }),
    json('signature.json', signature),
    ...(rewrites.length > 0 ? [json('rewrites.json', rewrites)] : []),
    ...(pipeline === null ? [] : [{ path: 'pipeline.json', content: readableJson(pipeline) }]),
    json('metrics.json', metrics),
    ...(source ? [json('source.json', source)] : []),
    ...(trainingData.length > 0 ? [json('training-data.json', trainingData)] : []),
    ...(environment ? [json('environment.json', environment)] : []),
    ...(conversion ? [json('conversion.json', conversion)] : []),
    ...(optimization ? [json('optimization.json', optimization)] : []),
    ...(derivedFrom.length > 0
      ? [
          json(
            'derived-from.json',
            derivedFrom.map(({ ref, relation }) => ({ version: ref, relation })),
          ),
        ]
      : []),
    ...(examples.length > 0
      ? [{ path: 'examples.json', content: readableJson(examples.map(writtenExample)) }]
      : []),
    ...attachmentFiles(attachments),
    { path: `model.${extension}`, content: lfsPointer(version.artifactDigest, size) },
  ];
}

/** Files that Git's large file storage keeps. */
function lfsAttributes(extension: string, hasAttachments: boolean): string {
  const kept = [`*.${extension}`, ...(hasAttachments ? [`${ATTACHMENTS}/**`] : [])];
  return kept.map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`).join('');
}

/** As `publishVersion` takes it. */
function writtenExample({ name, description, content }: ExampleRecord): object {
  return { name: name ?? undefined, description: description ?? undefined, ...asked(content) };
}

function asked(content: ExampleContent): object {
  if (content.kind === 'INSTANCE') {
    const { instance, expected } = content;
    return { instance, expected: expected ?? undefined };
  }
  const { inputs, expected } = content;
  return {
    inputs: inputs.map(writtenTensor),
    expectedOutputs: expected.length > 0 ? expected.map(writtenTensor) : undefined,
  };
}

function writtenTensor(tensor: Tensor): object {
  const { name, datatype, shape } = tensor;
  // Ids of commits depend on these bytes, so they stay as they have always been written.
  return { name, datatype, shape, data: widenedValues(tensor) };
}

function placeholder({ title, summary }: DescriptionRecord): string {
  return ended([`# ${title}`, ...(summary === '' ? [] : [summary])].join('\n\n'));
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** What was not said is left out: then a record that can say more one day is still the same file where it does not. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]: [string, unknown]) => [key, withoutNulls(member)]),
  );
}
