import { qualityOf, type MeasuredQualities } from '../../../deployments/index.js';
import type { QualitySource } from './metric-source.js';

/** The newest that was measured of versions, read in the background. */
export function measuredQualities(qualities: Pick<MeasuredQualities, 'of'>): QualitySource {
  return {
    quality(versionId, wanted) {
      const known = qualities.of(versionId);
      return known && qualityOf(known, wanted);
    },
  };
}
