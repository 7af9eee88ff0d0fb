import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { examples } from '../examples/index.js';
import type { ExampleModel, ExampleVersion } from '../examples/example.js';
import { TRAINED } from '../examples/trained-models.js';
import type { ArtifactStore } from './artifacts/index.js';
import type { AttachmentInput, CatalogService } from './catalog/index.js';
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
 * or moved stays as the user left it. Versions an older Retort published stay as it published them; newer ones are added, with
 * today's card where nobody wrote another, and what is served stays.
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
  if (everRegistered && model.latestVersion < example.versions.length)
    await describeAnew(example, { catalog, events });
  for (const [index, version] of example.versions.entries()) {
    const number = index + 1;
    if (model.latestVersion < number) {
      const { digest } = await artifacts.put(Readable.from([version.build()]));
      const attachments = await attachedTo(version, artifacts);
      await catalog.publishVersion(SEEDER, {
        model: name,
        artifact: { digest },
        pipeline: version.pipeline,
        metrics: version.metrics,
        notes: version.notes,
        examples: version.examples,
        // Published data: predictions may name the rows nearest to what they are asked.
        ...(attachments.length > 0 && { attachments, discloseTraining: true }),
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

/**
 * The card of an older Retort knows nothing of the versions that are about to be published. What somebody else changed, or
 * brought along from another catalog, is theirs.
 */
async function describeAnew(
  { name, title, summary, domain, labels, card }: ExampleModel,
  { catalog, events }: Pick<SeedServices, 'catalog' | 'events'>,
): Promise<void> {
  const changes = { kinds: ['MODEL_UPDATED', 'MODEL_IMPORTED'], model: name } as const;
  const ours = { kinds: ['MODEL_UPDATED'], model: name, requestId: SEEDER.requestId } as const;
  if ((await events.count(changes)) > (await events.count(ours))) return;
  const reason = 'This Retort brings newer versions of its example';
  await catalog.updateModel(SEEDER, { name, title, summary, domain, labels: [...labels], card, reason });
}

/** What a version that was trained here was trained and calibrated on: one file of rows, measured and predicted unseen. */
async function attachedTo(
  { outOfFold, classes }: ExampleVersion,
  artifacts: ArtifactStore,
): Promise<readonly AttachmentInput[]> {
  if (outOfFold === undefined) return [];
  const { digest } = await artifacts.put(createReadStream(join(TRAINED, outOfFold)));
  const rows = { digest, format: 'CSV', target: 'measured' } as const;
  if (classes === undefined)
    return [
      { role: 'TRAINING', ...rows, predicted: 'predicted_1' },
      { role: 'CALIBRATION', ...rows, predicted: 'predicted_1' },
    ];
  const columns = Object.fromEntries(classes.map((name) => [name, `${name}_1`]));
  return [
    { role: 'TRAINING', ...rows },
    { role: 'CALIBRATION', ...rows, options: { probabilities: { columns } } },
  ];
}
