import type { ReferenceFeature } from './reference.js';

/** Features as a row keeps them. */
export function featuresToText(features: readonly ReferenceFeature[]): string {
  return JSON.stringify(
    features.map((feature) =>
      feature.kind === 'CATEGORY'
        ? feature
        : {
            ...feature,
            values: { counts: Array.from(feature.values.counts), sums: Array.from(feature.values.sums) },
          },
    ),
  );
}

/** What `featuresToText` wrote. */
export function featuresFromText(text: string): ReferenceFeature[] {
  return JSON.parse(text) as ReferenceFeature[];
}
