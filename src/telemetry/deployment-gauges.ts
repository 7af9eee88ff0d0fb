import { ValueType, type Meter, type ObservableResult } from '@opentelemetry/api';
import type { Occupancy } from '../deployments/index.js';

/** Deployments that may be asked for; more are not told of. */
const MAX_DEPLOYMENTS = 1_000;

/** What the deployments that were asked since the start hold now. */
export class DeploymentGauges {
  private readonly names = new Set<string>();

  constructor(
    meter: Meter,
    private readonly occupancy: (deployment: string) => Occupancy,
  ) {
    meter
      .createObservableGauge('retort.deployment.queue.depth', {
        unit: '{request}',
        description: 'Requests of a deployment that wait or run.',
        valueType: ValueType.INT,
      })
      .addCallback((result) => this.observe(result, ({ requests }) => requests));
    meter
      .createObservableGauge('retort.deployment.memory', {
        unit: 'By',
        description: 'What the models of a deployment take in memory.',
        valueType: ValueType.INT,
      })
      .addCallback((result) => this.observe(result, ({ memoryBytes }) => memoryBytes ?? 0));
  }

  asked(deployment: string): void {
    if (this.names.size < MAX_DEPLOYMENTS) this.names.add(deployment);
  }

  private observe(result: ObservableResult, valueOf: (held: Occupancy) => number): void {
    for (const name of this.names)
      result.observe(valueOf(this.occupancy(name)), { 'retort.deployment': name });
  }
}
