import { Readable } from 'node:stream';
import { examples } from '../examples/index.js';
import { type ExampleModel } from '../examples/example.js';
import type { ArtifactStore } from './artifacts/index.js';
import type { CatalogService } from './catalog/index.js';
import type { DeploymentService } from './deployments/index.js';
import type { EventLog } from './platform/events/index.js';
import type { Logger } from './platform/logging.js';
import type { Caller } from './security/index.js';

const SEEDER: Caller = { actor: 'retort', requestId: 'examples' };

interface SeedServices {
  readonly artifacts: ArtifactStore;
  readonly catalog: CatalogService;
  readonly deployments: DeploymentService;
  readonly events: EventLog;
  readonly logger: Logger;
}

/**
 * Publishes and deploys the examples by the same services a caller uses. Each step is done only when it was never
 * done before, so a first start that was killed half-way is finished by the next, and what a user deleted, archived
 * or moved stays as the user left it. Versions an older Retort published stay as it published them; newer ones are added, and
 * what is served stays.
 */
export async function seedExamples(services: SeedServices): Promise<void> {
  for (const example of examples) {
    try {
      await seed(example, services);
    } catch (error) {
      services.logger.error({ err: error, model: example.name }, 'an example could not be set up');
    }
  }
}

async function seed(
  example: ExampleModel,
  { artifacts, catalog, deployments, events }: SeedServices,
): Promise<void> {
  const { name } = example;
  const everRegistered = (await events.count({ kinds: ['MODEL_REGISTERED'], model: name })) > 0;
  if (!everRegistered) {
    const { title, summary, domain, labels, card } = example;
    await catalog.registerModel(SEEDER, { name, title, summary, domain, labels: [...labels], card });
  }
  const model = await catalog.findModel(name);
  if (!model || model.archivedAt || model.createdBy !== SEEDER.actor) return;

  const tagged = await events.page({
    filter: { kinds: ['VERSION_TAGGED'], model: name, requestId: SEEDER.requestId },
    take: example.versions.length,
    fromEnd: false,
  });
  for (const [index, version] of example.versions.entries()) {
    const number = index + 1;
    if (model.latestVersion < number) {
      const { digest } = await artifacts.put(Readable.from([version.build()]));
      await catalog.publishVersion(SEEDER, {
        model: name,
        artifact: { digest },
        pipeline: version.pipeline,
        metrics: version.metrics,
        notes: version.notes,
        examples: version.examples,
      });
    }
    // A user may have published a version of this number before Retort brought its own.
    if ((await catalog.findVersion(`${name}@${number}`))?.createdBy !== SEEDER.actor) continue;
    for (const tag of version.tags) {
      if (tagged.some(({ versionNumber }) => versionNumber === number)) continue;
      if (await catalog.findVersion(`${name}@${tag}`)) continue;
      await catalog.tagVersion(SEEDER, { version: `${name}@${number}`, tag });
    }
  }

  if ((await events.count({ kinds: ['ALIAS_MOVED'], model: name })) === 0) {
    await catalog.setAlias(SEEDER, {
      model: name,
      alias: 'production',
      version: `${name}@${example.production}`,
    });
  }
  if ((await deployments.find(name)) === null) {
    await deployments.deploy(SEEDER, {
      name,
      version: `${name}@production`,
      // Graphs that Retort builds itself need no process of their own, nor its memory.
      runtime: { isolation: 'THREAD' },
    });
  }
}
