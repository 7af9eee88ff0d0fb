import { PreviewPipeline, type PreviewPipelineQuery } from '../__generated__/operations.js';
import type { Api } from '../api/api.js';
import { wrongUsage } from '../failure.js';
import { readJson } from '../files.js';
import type { Options, Values } from '../option.js';

export type Preview = PreviewPipelineQuery['previewPipeline'];

/** What a pipeline is for: a version that is there, or tensors that somebody wrote down. */
export const GRAPH_OPTIONS = {
  for: {
    kind: 'text',
    describe: 'The version whose graph the pipeline is for, such as esol@3',
    completes: 'ref',
  },
  signature: {
    kind: 'text',
    describe:
      'In place of a version, a file with the tensors of the graph: {"inputs": [{"name", "datatype", "shape"}], "outputs": […]}',
    completes: 'file',
  },
} as const satisfies Options;

/** @throws Failure USAGE for neither a version nor a signature, or both; and for files that are not JSON */
export async function askPreview(
  api: Api,
  file: string,
  { for: version, signature }: Values<typeof GRAPH_OPTIONS>,
  instances: readonly unknown[],
): Promise<Preview> {
  if ((version === undefined) === (signature === undefined))
    throw wrongUsage('Expected --for with a version or --signature with a file, one of them.');
  const { previewPipeline } = await api.ask(PreviewPipeline, {
    version,
    pipeline: await readJson(file),
    signature: signature === undefined ? undefined : await readJson(signature),
    instances: [...instances],
  });
  return previewPipeline;
}

/** What is wrong, a line each. */
export function faultLines({ userErrors }: Preview): string {
  return userErrors.map(({ message }) => message).join('\n');
}
