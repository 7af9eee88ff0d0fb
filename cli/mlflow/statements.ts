import { wrongUsage } from '../failure.js';
import type { Publishable } from './model-file.js';
import type { ModelVersion, RegisteredModel } from './registry.js';

const MAX_NAME = 63;

/** The name a model of MLflow's gets here, where names have no spaces and slashes. @throws Failure USAGE when nothing is left */
export function retortName(mlflow: string): string {
  const name = mlflow
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, MAX_NAME);
  if (name === '')
    throw wrongUsage(`Expected a model whose name has a letter or digit, got ${JSON.stringify(mlflow)}.`);
  return name;
}

/** MLflow's own way to name a version; by it an import knows what it has brought before. */
export function uriOf(model: string, version: string): string {
  return `models:/${model}/${version}`;
}

export function stageAlias(stage: string): string | null {
  return stage === 'Archived' ? null : stage.toLowerCase();
}

/** What is said of a version, as `publishVersion` takes it. */
export function publicationOf(
  address: string,
  model: RegisteredModel,
  { version, description, tags, metrics, params, runTags }: ModelVersion,
  { runtime, packages, signature }: Extract<Publishable, { kind: 'model' }>,
) {
  const parts = [
    description,
    listed('Tags', tags),
    listed('Parameters', params),
    signature === null ? '' : `Signature in MLflow: ${signature}`,
  ];
  const { 'mlflow.source.git.repoURL': repository, 'mlflow.source.git.commit': commit } = runTags;
  return {
    notes: parts.filter((part) => part !== '').join('\n\n'),
    metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })),
    source: {
      repository: repository ?? (address.startsWith('http') ? address : undefined),
      commit,
      path: runTags['mlflow.source.name'],
      url: uriOf(model.name, version),
    },
    environment: { runtime, packages: [...packages] },
  };
}

function listed(title: string, values: Readonly<Record<string, string>>): string {
  const own = Object.entries(values).filter(([name]) => !name.startsWith('mlflow.'));
  if (own.length === 0) return '';
  return [
    `${title}:`,
    '',
    ...own.map(([name, value]) => `- \`${name}\`: ${value.replace(/\s+/g, ' ')}`),
  ].join('\n');
}
