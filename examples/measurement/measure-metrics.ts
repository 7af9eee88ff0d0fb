import { bindingEnergy } from '../binding-energy/index.js';
import { esol } from '../esol/index.js';
import type { ExampleVersion, MetricInput } from '../example.js';
import { lennardJones } from '../lennard-jones/index.js';
import { meatFat } from '../meat-fat/index.js';
import { wineCultivar } from '../wine-cultivar/index.js';
import { DELANEY, FROM_A_16, MEATS, NIST, TRAINED_ON } from './dataset-names.js';
import { measuredNuclides, meatSpectra, nistConfiguration, solubilities } from './datasets.js';
import type { ExampleLaboratory } from './example-laboratory.js';
import { measureCultivars } from './measure-cultivars.js';
import { metric } from './metric.js';
import { errorsByFold, outOfFoldRows } from './out-of-fold.js';
import { errorsOf, mean, type Errors } from './statistics.js';

/** The metrics each version of an example has on the data in examples/data, by name of the model. */
export async function measureMetrics(
  laboratory: ExampleLaboratory,
): Promise<Record<string, MetricInput[][]>> {
  const measured: Record<string, MetricInput[][]> = {};
  for (const [model, measure] of [
    [esol, measureSolubility],
    [bindingEnergy, measureBindingEnergy],
    [lennardJones, measureLennardJones],
    [meatFat, measureFat],
    [wineCultivar, measureCultivars],
  ] as const) {
    const versions: MetricInput[][] = [];
    for (const version of model.versions) versions.push(await measure(laboratory, version));
    measured[model.name] = versions;
  }
  return measured;
}

async function measureSolubility(
  laboratory: ExampleLaboratory,
  version: ExampleVersion,
): Promise<MetricInput[]> {
  const unit = 'log10(mol/L)';
  const molecules = await solubilities();
  const instances = molecules.map(({ smiles }) => smiles);
  const measured = molecules.map((molecule) => molecule.measured);
  const unseen = await unseenNumbers(version, measured);
  const answered = await laboratory.values(version, instances);
  const { rmse, mae, bias, r2 } = errorsOf(unseen?.predicted ?? answered, measured);
  return [
    metric('rmse', rmse, unit, DELANEY, false),
    metric('mae', mae, unit, DELANEY, false),
    metric('bias', bias, unit, DELANEY),
    metric('r2', r2, '1', DELANEY, true),
    ...(unseen === null
      ? []
      : trainedMetrics(unseen.folds, errorsOf(answered, measured), unit, TRAINED_ON.esol)),
  ];
}

async function measureBindingEnergy(
  laboratory: ExampleLaboratory,
  version: ExampleVersion,
): Promise<MetricInput[]> {
  const unit = 'MeV';
  const nuclides = (await measuredNuclides()).filter(({ z, n }) => z + n >= 16);
  const energies = nuclides.map((nuclide) => nuclide.bindingEnergy);
  const unseen = await unseenNumbers(version, energies);
  const answered = await laboratory.values(
    version,
    nuclides.map(({ z, n }) => ({ z, n })),
  );
  const predicted = unseen?.predicted ?? answered;
  const { rmse, mae, bias } = errorsOf(predicted, energies);
  const perNucleon = (values: readonly number[]) =>
    values.map((value, index) => value / ((nuclides[index]?.z ?? 0) + (nuclides[index]?.n ?? 0)));
  const each = errorsOf(perNucleon(predicted), perNucleon(energies));
  return [
    metric('rmse', rmse, unit, FROM_A_16, false),
    metric('mae', mae, unit, FROM_A_16, false),
    metric('bias', bias, unit, FROM_A_16),
    metric('rmse_per_nucleon', each.rmse, unit, FROM_A_16, false),
    ...(unseen === null
      ? []
      : trainedMetrics(unseen.folds, errorsOf(answered, energies), unit, TRAINED_ON['binding-energy'])),
  ];
}

async function measureFat(laboratory: ExampleLaboratory, version: ExampleVersion): Promise<MetricInput[]> {
  const unit = '%';
  const meats = await meatSpectra();
  const measured = meats.map(({ fat }) => fat);
  const unseen = await unseenNumbers(version, measured);
  if (unseen === null) throw new Error('What was trained on spectra says what it was trained on');
  const answered = await laboratory.values(
    version,
    meats.map(({ spectrum }) => ({ spectrum })),
  );
  const { rmse, mae, bias, r2 } = errorsOf(unseen.predicted, measured);
  return [
    metric('rmse', rmse, unit, MEATS, false),
    metric('mae', mae, unit, MEATS, false),
    metric('bias', bias, unit, MEATS),
    metric('r2', r2, '1', MEATS, true),
    ...trainedMetrics(unseen.folds, errorsOf(answered, measured), unit, TRAINED_ON['meat-fat']),
  ];
}

/**
 * What models said of rows that they had not been trained on; null for a version that was not trained here. Row by row those
 * of the first repeat are compared with what other versions answer.
 */
async function unseenNumbers(
  { outOfFold }: ExampleVersion,
  measured: readonly number[],
): Promise<{ readonly predicted: readonly number[]; readonly folds: readonly Errors[] } | null> {
  if (outOfFold === undefined) return null;
  const rows = await outOfFoldRows(outOfFold);
  const other = rows.findIndex(
    (row, index) => Math.abs(Number(row.measured) - (measured[index] ?? NaN)) > 1e-6,
  );
  if (other >= 0 || rows.length !== measured.length)
    throw new Error(
      `${outOfFold}, row ${other + 1}, is not of the data: npm run examples:train writes it anew`,
    );
  return { predicted: rows.map(({ unseen }) => Number(unseen[0]?.predicted)), folds: errorsByFold(rows) };
}

function trainedMetrics(
  folds: readonly Errors[],
  fit: Errors,
  unit: string,
  datasets: { readonly folds: string; readonly fit: string },
): MetricInput[] {
  return [
    metric('rmse', mean(folds.map(({ rmse }) => rmse)), unit, datasets.folds, false),
    metric('mae', mean(folds.map(({ mae }) => mae)), unit, datasets.folds, false),
    metric('rmse', fit.rmse, unit, datasets.fit, false),
    metric('mae', fit.mae, unit, datasets.fit, false),
  ];
}

async function measureLennardJones(
  laboratory: ExampleLaboratory,
  version: ExampleVersion,
): Promise<MetricInput[]> {
  const positions = await nistConfiguration();
  const [three = NaN, four = NaN] = await laboratory.values(version, [
    { positions, box: 8, cutoff: 3 },
    { positions, box: 8, cutoff: 4 },
  ]);
  return [
    metric('absolute_error', Math.abs(three - NIST.cutoff3.energy), 'epsilon', NIST.cutoff3.name, false),
    metric('absolute_error', Math.abs(four - NIST.cutoff4.energy), 'epsilon', NIST.cutoff4.name, false),
  ];
}
