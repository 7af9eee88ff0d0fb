import { useState } from 'react';
import { useSubscription } from 'urql';
import { FleetFigures } from '../__generated__/fleet.js';
import type { FleetFiguresSubscription } from '../__generated__/operations.js';

export type Figures = FleetFiguresSubscription['fleetMetrics'][number];

export interface FleetFiguresState {
  readonly byName: ReadonlyMap<string, Figures>;
  /** Why there are no figures, such as a server that does not measure; null while they come. */
  readonly ended: string | null;
}

const VARIABLES = { intervalMs: 1_000, window: 'PT1M' } as const;

/** The figures of the last minute of each deployment, each second anew. */
export function useFleetFigures(): FleetFiguresState {
  const [byName, setByName] = useState<ReadonlyMap<string, Figures>>(new Map());
  const [{ error }] = useSubscription(
    { query: FleetFigures, variables: VARIABLES },
    (_before: unknown, { fleetMetrics }: FleetFiguresSubscription) => {
      setByName(new Map(fleetMetrics.map((figures) => [figures.deploymentName, figures])));
      return null;
    },
  );
  const ended = error?.graphQLErrors.map(({ message }) => message).join(' ') ?? null;
  return { byName, ended: ended === '' ? null : ended };
}
