import { atomicFractions, type Composition } from './composition.js';

export const STATISTICS = ['mean', 'deviation', 'averageDeviation', 'minimum', 'maximum', 'range'] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * Statistics of an elemental property over a composition, weighted by atomic fractions f, as Magpie's (Ward et al., npj
 * Comput. Mater. 2, 16028 (2016)): mean Σfx, averageDeviation Σf|x − mean|, and the extremes; deviation is √Σf(x − mean)².
 *
 * @returns in the order asked for
 */
export function elementStatistics(
  composition: Composition,
  property: (z: number) => number,
  statistics: readonly Statistic[],
): number[] {
  const shares = [...atomicFractions(composition)].map(([z, share]) => ({ share, value: property(z) }));
  const weighted = (of: (value: number) => number) =>
    shares.reduce((sum, { share, value }) => sum + share * of(value), 0);
  const mean = weighted((value) => value);
  const values = shares.map(({ value }) => value);
  const [minimum, maximum] = [Math.min(...values), Math.max(...values)];
  const answers: Readonly<Record<Statistic, number>> = {
    mean,
    deviation: Math.sqrt(weighted((value) => (value - mean) ** 2)),
    averageDeviation: weighted((value) => Math.abs(value - mean)),
    minimum,
    maximum,
    range: maximum - minimum,
  };
  return statistics.map((statistic) => answers[statistic]);
}
