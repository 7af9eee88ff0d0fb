import type { DeploymentRecord } from '../../../deployments/index.js';
import type { Logger } from '../../../platform/logging.js';
import type { DriftReport } from '../../drift/index.js';
import { BackgroundReadings } from './background-readings.js';
import type { DriftSource } from './metric-source.js';

/** As much of drift as looks need. */
export interface Drift {
  report(deployment: DeploymentRecord, windowMs: number): Promise<readonly DriftReport[]>;
}

/** What is told of drift now, read in the background. */
export class LiveDrift implements DriftSource {
  private readonly readings: BackgroundReadings<number | null>;

  constructor(parts: {
    readonly drift: Drift;
    readonly find: (deployment: string) => Promise<DeploymentRecord | null>;
    readonly logger: Logger;
  }) {
    const { drift, find, logger } = parts;
    this.readings = new BackgroundReadings({
      what: 'drift for alert rules',
      logger,
      async read(names, { windowMs }) {
        const found: (number | null | undefined)[] = [];
        for (const name of names) {
          const deployment = await find(name);
          found.push(deployment ? driftedFeatures(await drift.report(deployment, windowMs)) : undefined);
        }
        return found;
      },
    });
  }

  driftedFeatures(deployment: string, windowMs: number): number | null | undefined {
    return this.readings.find(deployment, { windowMs, agoMs: 0 });
  }

  /** A look is over: what it asked for is read for the next. */
  endLook(now: number): void {
    this.readings.refresh(now);
  }

  close(): Promise<void> {
    return this.readings.close();
  }
}

/** Of all versions together; null while not one of them has enough data. */
export function driftedFeatures(
  reports: readonly Pick<DriftReport, 'verdict' | 'features'>[],
): number | null {
  const told = reports.filter(({ verdict }) => verdict !== 'NOT_ENOUGH_DATA');
  if (told.length === 0) return null;
  return told.flatMap(({ features }) => features).filter(({ verdict }) => verdict === 'DRIFTED').length;
}
