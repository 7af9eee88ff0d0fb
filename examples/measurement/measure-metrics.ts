import { bindingEnergy } from '../binding-energy/index.js';
import { esol } from '../esol/index.js';
import type { ExampleVersion, MetricInput } from '../example.js';
import { lennardJones } from '../lennard-jones/index.js';
import { DELANEY, FROM_A_16, NIST } from './dataset-names.js';
import { measuredNuclides, nistConfiguration, solubilities } from './datasets.js';
import type { ExampleLaboratory } from './example-laboratory.js';
import { errorsOf } from './statistics.js';

/** The metrics each version of an example has on the data in examples/data, by name of the model. */
export async function measureMetrics(
  laboratory: ExampleLaboratory,
): Promise<Record<string, MetricInput[][]>> {
  const measured: Record<string, MetricInput[][]> = {};
  for (const [model, measure] of [
    [esol, measureSolubility],
    [bindingEnergy, measureBindingEnergy],
    [lennardJones, measureLennardJones],
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
  const molecules = await solubilities();
  const predicted = await laboratory.values(
    version,
    molecules.map(({ smiles }) => smiles),
  );
  const { rmse, mae, bias, r2 } = errorsOf(
    predicted,
    molecules.map((molecule) => molecule.measured),
  );
  return [
    metric('rmse', rmse, 'log10(mol/L)', DELANEY, false),
    metric('mae', mae, 'log10(mol/L)', DELANEY, false),
    metric('bias', bias, 'log10(mol/L)', DELANEY),
    metric('r2', r2, '1', DELANEY, true),
  ];
}

async function measureBindingEnergy(
  laboratory: ExampleLaboratory,
  version: ExampleVersion,
): Promise<MetricInput[]> {
  const nuclides = (await measuredNuclides()).filter(({ z, n }) => z + n >= 16);
  const predicted = await laboratory.values(
    version,
    nuclides.map(({ z, n }) => ({ z, n })),
  );
  const energies = nuclides.map((nuclide) => nuclide.bindingEnergy);
  const { rmse, mae, bias } = errorsOf(predicted, energies);
  const perNucleon = (values: readonly number[]) =>
    values.map((value, index) => value / ((nuclides[index]?.z ?? 0) + (nuclides[index]?.n ?? 0)));
  return [
    metric('rmse', rmse, 'MeV', FROM_A_16, false),
    metric('mae', mae, 'MeV', FROM_A_16, false),
    metric('bias', bias, 'MeV', FROM_A_16),
    metric(
      'rmse_per_nucleon',
      errorsOf(perNucleon(predicted), perNucleon(energies)).rmse,
      'MeV',
      FROM_A_16,
      false,
    ),
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

/** Four decimals: more would say something about the machine, not about the model. */
function metric(
  name: string,
  value: number,
  unit: string,
  dataset: string,
  higherIsBetter?: boolean,
): MetricInput {
  return {
    name,
    value: Number(value.toFixed(4)),
    unit,
    dataset,
    ...(higherIsBetter === undefined ? {} : { higherIsBetter }),
  };
}
