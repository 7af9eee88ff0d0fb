import { checkExampleCount, takeExamples, type ExampleInput } from '../../catalog/index.js';
import { parsePipeline, type InstanceReader } from '../../pipelines/index.js';
import { ofArchive } from '../import/imported-blobs.js';
import type { ManifestExample, ManifestVersion } from './manifest.js';

interface ExampleRow {
  readonly name: string | null;
  readonly description: string | null;
  /** As `exampleText` writes it. */
  readonly content: string;
}

/** An example as an archive says it. */
export function manifestExample({ name, description, content }: ExampleRow): ManifestExample {
  const kept = JSON.parse(content) as object;
  const expected = 'instance' in kept ? null : [];
  return { name, description, expected, ...kept } as ManifestExample;
}

/** The columns of its row. */
export function exampleRow(example: ManifestExample): ExampleRow & { readonly bytes: number } {
  const { name, description, expected, ...asked } = example;
  const isExpected = Array.isArray(expected) && 'inputs' in asked ? expected.length > 0 : expected !== null;
  const content = JSON.stringify(isExpected ? { ...asked, expected } : asked);
  return { name, description, content, bytes: Buffer.byteLength(content) };
}

/** The same rules as for publishing. @throws DomainError as `takeExamples`, said of the archive */
export async function checkExamples(version: ManifestVersion, reader: InstanceReader): Promise<void> {
  const { number, examples, signature } = version;
  try {
    checkExampleCount(examples);
    const pipeline = version.pipeline === null ? null : parsePipeline(version.pipeline, signature);
    await takeExamples(examples.map(published), signature, pipeline, reader);
  } catch (error) {
    throw ofArchive(error, `version ${number}`);
  }
}

function published(example: ManifestExample): ExampleInput {
  if ('instance' in example) return example;
  const { expected, ...rest } = example;
  return { ...rest, expectedOutputs: expected };
}
