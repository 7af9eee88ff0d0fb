import { setTimeout as delay } from 'node:timers/promises';
import { readOptions } from '../support/options.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';

export interface MigrationEnd {
  readonly state: string;
  /** From the mutation to the end of the migration. */
  readonly tookMs: number;
  /** Asked of the new version in its last step. */
  readonly candidateRequests: number;
  readonly failedGuards: readonly string[];
}

interface Guard {
  readonly guard: string;
  readonly verdict: string;
  readonly candidateSamples: number;
}

interface Migration {
  readonly state: string;
  readonly candidate: { readonly requests: number } | null;
  readonly guards: readonly Guard[];
}

const MIGRATION = 'migration { state candidate { requests } guards { guard verdict candidateSamples } }';
const LOOK_MS = 20;
const OPEN = ['LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL'];

/** A Retort with one model, whose deployment of the same name is migrated to and fro. */
export class MigratingServer implements AsyncDisposable {
  private versions = 0;

  private constructor(
    private readonly retort: RetortServer,
    private readonly name: string,
  ) {}

  static async start(name: string): Promise<MigratingServer> {
    const retort = await startRetort(readOptions([], []));
    await retort.graphql(
      'mutation ($name: String!) { registerModel(input: {name: $name, domain: PHYSICS}) { userErrors { message } } }',
      { name },
    );
    return new MigratingServer(retort, name);
  }

  get url(): string {
    return `http://127.0.0.1:${this.retort.port}`;
  }

  async publish(graph: Uint8Array, pipeline: unknown): Promise<string> {
    const digest = await this.retort.upload(graph);
    await this.retort.graphql(
      `mutation ($model: String!, $digest: String!, $pipeline: JSON) {
        publishVersion(input: {model: $model, artifact: {digest: $digest}, pipeline: $pipeline}) { userErrors { message } } }`,
      { model: this.name, digest, pipeline },
    );
    this.versions += 1;
    return `${this.name}@${this.versions}`;
  }

  async deploy(version: string): Promise<void> {
    await this.retort.graphql(
      `mutation ($name: String!, $version: String!) {
        deployVersion(input: {name: $name, version: $version}) { userErrors { message } } }`,
      { name: this.name, version },
    );
  }

  /** Resolves when the migration has ended; what holds for approval is approved. */
  async migrate(version: string, strategy: string, how: object): Promise<MigrationEnd> {
    const began = performance.now();
    await this.retort.graphql(
      `mutation ($input: MigrateDeploymentInput!) { migrateDeployment(input: $input) { userErrors { message } } }`,
      { input: { deployment: this.name, version, strategy, ...how } },
    );
    let candidateRequests = 0;
    for (;;) {
      const { deployment } = await this.retort.graphql(
        `query ($name: String!) { deployment(name: $name) { ${MIGRATION} } }`,
        { name: this.name },
      );
      const { state, candidate, guards } = (deployment as { migration: Migration }).migration;
      candidateRequests = Math.max(
        candidate?.requests ?? candidateRequests,
        ...guards.map(({ candidateSamples }) => candidateSamples),
      );
      if (!OPEN.includes(state)) {
        const failedGuards = guards.filter(({ verdict }) => verdict === 'FAIL').map(({ guard }) => guard);
        return { state, tookMs: performance.now() - began, candidateRequests, failedGuards };
      }
      if (state === 'AWAITING_APPROVAL')
        await this.retort.graphql(
          'mutation ($name: String!) { resumeMigration(input: {deployment: $name}) { userErrors { message } } }',
          { name: this.name },
        );
      else await delay(LOOK_MS);
    }
  }

  /** @returns how long it took, in milliseconds. */
  async rollBack(): Promise<number> {
    const began = performance.now();
    await this.retort.graphql(
      'mutation ($name: String!) { rollbackDeployment(input: {deployment: $name}) { userErrors { message } } }',
      { name: this.name },
    );
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.retort[Symbol.asyncDispose]();
  }
}
