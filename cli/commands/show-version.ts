import type { ShowVersionQuery, TensorRowFragment } from '../__generated__/operations.js';
import { bytes, moment, number, shape, withUnit } from '../terminal/format.js';
import { facts, section, stack, table } from '../terminal/layout.js';
import { excerpt } from './excerpt.js';

type Version = NonNullable<ShowVersionQuery['version']>;

export function describeVersion(version: Version, { whole }: { readonly whole: boolean }): string {
  const { artifact, signature, source } = version;
  return stack(
    `${version.ref}: ${version.model.title}`,
    facts([
      ['tags', version.tags.map(({ name }) => name).join(', ')],
      [
        'aliases',
        version.aliases.map((alias) => alias.name + (alias.protected ? ' (protected)' : '')).join(', '),
      ],
      ['published', `${moment(version.createdAt)} by ${version.createdBy}`],
      ['artifact', `${artifact.format}, ${bytes(artifact.size)}, ${artifact.parameterCount} parameters`],
      ['digest', artifact.digest],
      ['producer', artifact.producer],
      ['operator sets', artifact.opsets.map((opset) => `${opset.domain} ${opset.version}`).join(', ')],
      ['source', source && describeSource(source)],
      [
        'made from',
        version.derivedFrom.map(({ version: { ref }, relation }) => `${ref} (${relation})`).join(', '),
      ],
      ['made with', environmentOf(version)],
    ]),
    section('Inputs', tensorTable(signature.inputs)),
    section('Outputs', tensorTable(signature.outputs)),
    section('Metrics', metricTable(version)),
    section('Training data', trainingData(version)),
    section('Notes', excerpt(version.notes, whole)),
    section('Card', excerpt(version.card, whole)),
    whole ? section('Pipeline', pipelineOf(version.pipeline)) : '',
  );
}

export function tensorTable(tensors: readonly TensorRowFragment[]): string {
  return table(
    ['NAME', 'TYPE', 'SHAPE', 'UNIT', 'MEANING'],
    tensors.map(({ name, datatype, shape: extents, dimensions, unit, description }) => [
      name,
      datatype,
      shape(extents, dimensions),
      unit ?? '',
      description ?? '',
    ]),
  );
}

export function describeSource(source: NonNullable<Version['source']>): string {
  const { repository, commit, path, dirty, url } = source;
  const place = [repository ?? 'repository unknown', commit && `commit ${commit}`, path]
    .filter(Boolean)
    .join(', ');
  return [place, dirty ? '(with uncommitted changes)' : '', url ?? ''].filter(Boolean).join(' ');
}

function metricTable({ metrics }: Version): string {
  if (metrics.length === 0) return '';
  return table(
    ['METRIC', 'VALUE', 'DATASET', 'BETTER'],
    metrics.map(({ name, value, unit, dataset, higherIsBetter }) => [
      name,
      withUnit(number(value), unit),
      dataset ?? '',
      higherIsBetter === null ? '' : higherIsBetter ? 'higher' : 'lower',
    ]),
  );
}

function trainingData({ trainingData: datasets }: Version): string {
  return datasets
    .map(({ name, split, url, digest }) => [name, split, url, digest].filter(Boolean).join(', '))
    .join('\n');
}

function environmentOf({ environment }: Version): string {
  if (environment === null) return '';
  const { runtime, platform, image, packages } = environment;
  const listed = packages.map(({ name, version }) => `${name} ${version}`);
  return [runtime, platform, image, ...listed].filter(Boolean).join(', ');
}

function pipelineOf(pipeline: unknown): string {
  return pipeline === null ? '' : JSON.stringify(pipeline, null, 2);
}
