import type { ShowVersionQuery, TensorRowFragment } from '../../__generated__/operations.js';
import { bytes, moment, number, shape, withUnit } from '../../terminal/format.js';
import { facts, section, stack, table } from '../../terminal/layout.js';
import { excerpt } from './excerpt.js';

/** Of classes or values: enough to recognise them. */
const LISTED = 8;

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
      [
        'model is at',
        artifact.remote && `${artifact.remote.url} (${artifact.remote.protocol}), ${artifact.remote.model}`,
      ],
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
    section('Changed for serving', version.rewrites.map(({ description }) => description).join('\n')),
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
    tensors.map((tensor) => [
      tensor.name,
      tensor.graphType === null ? tensor.datatype : `${tensor.datatype} (${tensor.graphType})`,
      tensor.ranked ? shape(tensor.shape, tensor.dimensions) : 'any',
      tensor.unit ?? '',
      meaningOf(tensor),
    ]),
  );
}

/** What the pipeline says, and what the graph itself tells: the classes, and what stands in for what is left out. */
function meaningOf({ description, optional, default: value, classLabels }: TensorRowFragment): string {
  const classes = classLabels && `Classes: ${listed(classLabels)}.`;
  const values = Array.isArray(value?.data) ? value.data.map((element) => String(element)) : [];
  const standIn =
    optional &&
    `Optional, ${values.length === 1 ? '' : `[${value?.shape.join(', ')}] `}${listed(values)} when left out.`;
  return [description, classes, standIn].filter(Boolean).join(' ');
}

function listed(names: readonly string[]): string {
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return names.slice(0, LISTED).join(', ') + rest;
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
