import { describe, expect, it } from '@jest/globals';
import { ComparisonObservations } from '../../../src/deployments/guards/index.js';
import { differenceOf } from '../../../src/deployments/guards/output-values.js';

const outputs = (values: ArrayLike<number>, name = 'y') => new Map([[name, values]]);

describe('the difference of two answers', () => {
  it('is absolute, and relative to max(1, |base|)', () => {
    expect(differenceOf(outputs([0.5, 200]), outputs([0.75, 202]))).toEqual({
      largestAbsolute: 2,
      largestRelative: 0.25,
      meanAbsolute: 1.125,
      meanRelative: 0.13,
    });
    expect(differenceOf(outputs(Float32Array.of(1, 2)), outputs(Float32Array.of(1, 2))).largestAbsolute).toBe(
      0,
    );
    expect(differenceOf(new Map(), new Map()).largestRelative).toBe(0);
  });

  it('is nothing between not-a-numbers or equal infinities, and endless between them and numbers', () => {
    expect(
      differenceOf(outputs([NaN, Infinity, -Infinity, -0]), outputs([NaN, Infinity, -Infinity, 0])),
    ).toMatchObject({ largestAbsolute: 0, largestRelative: 0 });
    for (const [base, candidate] of [
      [1, NaN],
      [NaN, 1],
      [1, Infinity],
      [Infinity, 1],
      [Infinity, -Infinity],
    ] as const)
      expect(differenceOf(outputs([base]), outputs([candidate]))).toMatchObject({
        largestAbsolute: Infinity,
        largestRelative: Infinity,
      });
  });

  it('is endless between other outputs or other lengths', () => {
    for (const other of [
      outputs([1]),
      outputs([1, 2], 'z'),
      new Map([...outputs([1, 2]), ...outputs([1], 'z')]),
    ])
      expect(differenceOf(outputs([1, 2]), other).largestRelative).toBe(Infinity);
  });
});

describe('compared answers', () => {
  it('are counted by the tolerance, and summed where they are finite', () => {
    const comparison = new ComparisonObservations(0.1);
    comparison.observe({ base: outputs([1]), candidate: outputs([1.05]) });
    comparison.observe({ base: outputs([1]), candidate: outputs([1.5]) });
    expect([comparison.compared, comparison.differing]).toEqual([2, 1]);
    expect(comparison.meanAbsolute).toBeCloseTo(0.275, 12);
    expect([comparison.largestAbsolute, comparison.largestRelative]).toEqual([0.5, 0.5]);
    comparison.observe({ base: outputs([1]), candidate: outputs([NaN]) });
    comparison.observe({ base: outputs([1]), candidate: null });
    comparison.observe({ base: null, candidate: outputs([1]) });
    comparison.observe({ base: null, candidate: null });
    expect([comparison.compared, comparison.differing]).toEqual([5, 4]);
    expect(comparison.meanRelative).toBeCloseTo(0.275, 12);
    expect(comparison.largestRelative).toBe(Infinity);
  });

  it('are part of the distributions only where they were not before', () => {
    const comparison = new ComparisonObservations(0);
    const samples = () =>
      [comparison.baseOutputs, comparison.candidateOutputs].map(
        ({ byOutput }) => byOutput.get('y')?.sorted().length ?? 0,
      );
    comparison.compare({ base: outputs([1]), candidate: outputs([1]) });
    expect(samples()).toEqual([0, 0]);
    comparison.observe({ base: outputs([1]), candidate: outputs([1]) });
    comparison.observe({ base: outputs([1]), candidate: null });
    comparison.observeCandidate(outputs([1]));
    expect(samples()).toEqual([2, 2]);
    expect(comparison.compared).toBe(3);
  });

  it('have no mean while there are none', () => {
    expect(new ComparisonObservations(0).meanAbsolute).toBeNull();
  });
});
