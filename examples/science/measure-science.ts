import { InstanceReader, MoleculeWorker, parsePipeline, type Pipeline } from '../../src/pipelines/index.js';
import { preparedRows, type PreparedRow } from '../../src/reliability/index.js';
import { bindingEnergy } from '../binding-energy/index.js';
import { esol } from '../esol/index.js';
import { meatFat } from '../meat-fat/index.js';
import type { ExampleModel, ExampleVersion } from '../example.js';
import { measuredNuclides } from '../measurement/datasets.js';
import type { ExampleLaboratory } from '../measurement/example-laboratory.js';
import { errorsByFold, outOfFoldRows } from '../measurement/out-of-fold.js';
import { errorsOf, mean, type Errors } from '../measurement/statistics.js';
import { trainingSets } from '../training/training-sets.js';
import { coverageOf, type Coverage } from './coverage.js';
import { domainErrors, type DomainErrors } from './domain-errors.js';

/** What docs/SCIENCE.md tells of a model that answers numbers. */
export interface ModelScience {
  readonly model: string;
  /** Of the version that was trained here. */
  readonly number: number;
  readonly unit: string;
  readonly rows: number;
  readonly folds: { readonly rmse: number; readonly mae: number };
  readonly coverage: Coverage;
  readonly domain: DomainErrors;
  /** Measured rows that are outside the domain and were left out of all training. */
  readonly leftOut?: { readonly what: string; readonly rows: number; readonly errors: Errors };
}

export async function measureScience(laboratory: ExampleLaboratory): Promise<readonly ModelScience[]> {
  const molecules = new MoleculeWorker();
  const reader = new InstanceReader({ molecules });
  try {
    return [
      await scienceOf(esol, 'log10(mol/L)', reader),
      { ...(await scienceOf(bindingEnergy, 'MeV', reader)), leftOut: await lightNuclides(laboratory) },
      await scienceOf(meatFat, '%', reader),
    ];
  } finally {
    await molecules.close();
  }
}

async function scienceOf(example: ExampleModel, unit: string, reader: InstanceReader): Promise<ModelScience> {
  const { name: model, versions } = example;
  const trained = version(versions);
  const { outOfFold = '' } = trained;
  const { pipeline, prepared } = await trainedOn(model, reader);
  const rows = await outOfFoldRows(outOfFold);
  const judged = rows.map(({ measured, unseen: [first] }, place) => {
    const row = prepared[place];
    if (row === undefined || first === undefined)
      throw new Error(`Row ${place + 1} of ${outOfFold} cannot be read`);
    return {
      prepared: row,
      measured: Number(measured),
      predicted: Number(first.predicted),
      fold: first.fold,
    };
  });
  const folds = errorsByFold(rows);
  return {
    model,
    number: versions.indexOf(trained) + 1,
    unit,
    rows: rows.length,
    folds: { rmse: mean(folds.map(({ rmse }) => rmse)), mae: mean(folds.map(({ mae }) => mae)) },
    coverage: coverageOf(judged.map(({ measured, predicted }) => Math.abs(measured - predicted))),
    domain: await domainErrors(pipeline, judged),
  };
}

/** What a model was trained on, as its graph gets it. */
export async function trainedOn(
  model: string,
  reader: InstanceReader,
): Promise<{ readonly pipeline: Pipeline; readonly prepared: readonly (PreparedRow | undefined)[] }> {
  const set = trainingSets.find((one) => one.model === model);
  if (set === undefined) throw new Error(`No training set of ${model}`);
  const pipeline = parsePipeline(set.pipeline, set.signature);
  const instances = (await set.rows()).map(({ instance }) => instance);
  return {
    pipeline,
    prepared: preparedRows(await reader.prepare(pipeline, instances, { endsAt: Infinity })),
  };
}

async function lightNuclides(laboratory: ExampleLaboratory): Promise<NonNullable<ModelScience['leftOut']>> {
  const light = (await measuredNuclides()).filter(({ z, n }) => z + n < 16);
  const predicted = await laboratory.values(
    version(bindingEnergy.versions),
    light.map(({ z, n }) => ({ z, n })),
  );
  return {
    what: 'nuclides with A < 16',
    rows: light.length,
    errors: errorsOf(
      predicted,
      light.map((nuclide) => nuclide.bindingEnergy),
    ),
  };
}

function version(versions: readonly ExampleVersion[]): ExampleVersion {
  const trained = versions.find(({ outOfFold }) => outOfFold !== undefined);
  if (trained === undefined) throw new Error('No version was trained here');
  return trained;
}
