import {
  DerivationRelationValues,
  type DatasetInput,
  type DerivationInput,
  type MetricInput,
} from '../__generated__/operations.js';
import { wrongUsage } from '../failure.js';
import { labelled } from './labelled.js';

/** `rmse=0.91`, or `rmse=0.91,unit=log10(mol/L),dataset=test,better=lower`. @throws Failure USAGE */
export function parseMetric(text: string): MetricInput {
  const { head, fields } = labelled(text, ['unit', 'dataset', 'better']);
  const [, name, digits] = /^([^=]+)=([^=]+)$/.exec(head) ?? [];
  const value = Number(digits);
  const { unit, dataset, better } = fields;
  if (name === undefined || digits?.trim() === '' || !Number.isFinite(value))
    throw wrongUsage(`--metric: expected NAME=NUMBER, such as rmse=0.91, got ${JSON.stringify(text)}.`);
  if (better !== undefined && better !== 'higher' && better !== 'lower')
    throw wrongUsage(`--metric: expected better=higher or better=lower, got ${JSON.stringify(better)}.`);
  return {
    name: name.trim(),
    value,
    unit,
    dataset,
    higherIsBetter: better === undefined ? undefined : better === 'higher',
  };
}

/** `ESOL (Delaney 2004),split=train,url=https://…,digest=sha256:…`. @throws Failure USAGE */
export function parseDataset(text: string): DatasetInput {
  const { head: name, fields } = labelled(text, ['url', 'digest', 'split']);
  if (name === '') throw wrongUsage(`--training-data: expected a name first, got ${JSON.stringify(text)}.`);
  return { name, ...fields };
}

/** `esol@2:FINE_TUNED`. @throws Failure USAGE */
export function parseDerivation(text: string): DerivationInput {
  // The last colon: `esol@sha256:…` has one of its own.
  const colon = text.lastIndexOf(':');
  const wanted = text
    .slice(colon + 1)
    .toUpperCase()
    .replaceAll('-', '_');
  const relation = DerivationRelationValues.find((known) => known === wanted);
  if (colon < 1 || relation === undefined) {
    throw wrongUsage(
      `--derived-from: expected VERSION:RELATION, such as esol@2:FINE_TUNED, with one of ${DerivationRelationValues.join(', ')}, got ${JSON.stringify(text)}.`,
    );
  }
  return { version: text.slice(0, colon), relation };
}
