/**
 * How long it takes to make a schema with a field for each of a thousand deployments, and how long one more deployment keeps
 * the event loop from others.
 *
 *   npm run bench:typed-doors
 *
 * The pipelines are those of two examples, parsed anew for each deployment. The database is left out: its rows are made here. Times are
 * the processor's.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse, validate } from 'graphql';
import { bindingEnergyPipeline } from '../examples/binding-energy/pipeline.js';
import { esolPipeline } from '../examples/esol/pipeline.js';
import type { VersionRecord } from '../src/catalog/index.js';
import type { DeploymentRecord, DeploymentService } from '../src/deployments/index.js';
import { DocumentCache } from '../src/graphql/compiled/document-cache.js';
import { buildExecutableSchema } from '../src/graphql/schema.js';
import { DoorDirectory } from '../src/graphql/typed/door-directory.js';
import { changedNames, TypedSchema, type DoorFields } from '../src/graphql/typed/typed-schema.js';
import { VersionDescriptions } from '../src/graphql/typed/version-descriptions.js';
import { inTurns } from '../src/platform/in-turns.js';
import { createLogger } from '../src/platform/logging.js';
import { PredictionService } from '../src/predictions/index.js';
import type { DataType, TensorSpec } from '../src/tensors/index.js';

/** Milliseconds of processor time: what others do on the machine is not in it. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const DEPLOYMENTS = 1_000;
const DOCUMENTS = 1_000;

const spec = (name: string, datatype: DataType, shape: readonly number[]): TensorSpec => ({
  name,
  datatype,
  shape: [...shape],
});
const KINDS = [
  {
    pipeline: esolPipeline,
    signature: { inputs: [spec('features', 'FP64', [-1, 4])], outputs: [spec('log_s', 'FP64', [-1, 1])] },
  },
  {
    pipeline: bindingEnergyPipeline,
    signature: {
      inputs: [spec('z', 'INT64', [-1]), spec('n', 'INT64', [-1])],
      outputs: [spec('binding_energy', 'FP64', [-1])],
    },
  },
];

/** Rows of deployments and of their versions, as far as fields are made from them. */
class Rows {
  readonly deployments: DeploymentRecord[] = [];
  private readonly versions = new Map<string, VersionRecord>();

  add(name: string, kind: number): void {
    const { pipeline, signature } = KINDS[kind % KINDS.length] ?? {};
    const version = { id: `v-${name}`, ref: `${name}@1`, modelName: name, pipeline, signature };
    this.versions.set(version.id, version as unknown as VersionRecord);
    const at = new Date(this.deployments.length);
    this.deployments.push({
      id: `d-${name}`,
      name,
      createdAt: at,
      updatedAt: at,
      state: 'READY',
      stateReason: null,
      revision: { versionId: version.id },
    } as unknown as DeploymentRecord);
  }

  page: DeploymentService['page'] = async ({ after, take }) => {
    const from = after ? this.deployments.findIndex(({ name }) => name === after.name) + 1 : 0;
    return this.deployments.slice(from, from + take);
  };
  find: DeploymentService['find'] = async (wanted) =>
    this.deployments.find(({ name }) => name === wanted) ?? null;
  versionsByIds = async (ids: readonly string[]) => ids.flatMap((id) => this.versions.get(id) ?? []);
}

const base = buildExecutableSchema();
const rows = new Rows();
for (let index = 0; index < DEPLOYMENTS; index += 1) rows.add(`model-${index}`, index);
const predictions = new PredictionService({ inference: null as never, runner: null as never });
const directory = new DoorDirectory(
  { deployments: rows, catalog: rows },
  new VersionDescriptions(predictions, createLogger('silent')),
);
const typed = new TypedSchema(base);
let fields: DoorFields = new Map();

await nextTurn();
let began = now();
await directory.read(null);
report(`reading ${DEPLOYMENTS} deployments and their pipelines`, began);
const reading = now() - began;
began = now();
await build();
const first = await swap();
report('making their fields and the schema', began);
console.log(`together ${(reading + now() - began).toFixed(0)} ms\n`);

const documents = new DocumentCache(first);
for (let index = 0; index < DOCUMENTS; index += 1) {
  const number = index % DEPLOYMENTS;
  const arguments_ = number % 2 === 0 ? '(smiles: ["CCO"])' : '(instances: [{z: 26, n: 30}])';
  const source = `mutation Number${index} { models { model_${number}${arguments_} { error { code } } } }`;
  const document = parse(source);
  const [error] = validate(first, document);
  if (error) throw error;
  documents.add(source, document);
}

console.log(
  'one deployment more, beside a thousand documents that are known (fields in turns of 5 ms, the rest in one turn each):',
);
const more: number[] = [];
for (let round = 0; round < 5; round += 1) {
  rows.add(`more-${round}`, round);
  await directory.read(new Set([`more-${round}`]));
  const turns: Record<string, number> = {};
  let start = now();
  const before = fields;
  await build();
  turns.fields = now() - start;
  await nextTurn();
  start = now();
  const schema = await swap();
  turns.schema = now() - start;
  await nextTurn();
  start = now();
  documents.carryTo(schema, changedNames(before, fields));
  turns.documents = now() - start;
  if (documents.size !== DOCUMENTS) throw new Error(`Expected all documents, got ${documents.size}`);
  more.push(turns.schema, turns.documents);
  console.log(
    Object.entries(turns)
      .map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`)
      .join(', '),
  );
}
console.log(`the longest turn: ${Math.max(...more).toFixed(1)} ms`);
console.log(`types in the schema: ${Object.keys(first.getTypeMap()).length}`);

async function build(): Promise<void> {
  const doors = directory.doors(Date.now());
  const before = fields;
  await inTurns(
    (function* () {
      fields = yield* typed.fields(doors, before);
    })(),
  );
}

async function swap() {
  return typed.withFields(fields);
}

function report(what: string, since: number): void {
  console.log(`${what}: ${(now() - since).toFixed(0)} ms`);
}
