import { DomainValues } from '../../__generated__/operations.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { wrongUsage } from '../../failure.js';
import { FolderRegistry } from '../../mlflow/folder-registry.js';
import { RegistryImport, type ImportedModelReport } from '../../mlflow/import-registry.js';
import type { RegisteredModel, Registry } from '../../mlflow/registry.js';
import { ServerRegistry, trackingAuthorization } from '../../mlflow/server-registry.js';
import { retortName } from '../../mlflow/statements.js';
import { plural } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';

export const importMlflow = defineCommand({
  name: 'import mlflow',
  summary: 'Bring the models of an MLflow registry here, with their versions, aliases, tags and metrics',
  positionals: {
    registry: {
      kind: 'text',
      required: true,
      describe: 'The address of a tracking server, or the folder of its file store (mlruns)',
      completes: 'file',
    },
  },
  options: {
    'dry-run': { kind: 'flag', describe: 'Only list what would come' },
    model: {
      kind: 'texts',
      describe: 'Only this model, as MLflow calls it; several times',
      completes: 'nothing',
    },
    domain: {
      kind: 'choice',
      choices: DomainValues,
      default: 'GENERAL',
      describe: 'The field of science of models that are new here',
    },
    'trust-pickle': {
      kind: 'flag',
      describe: 'Convert pickles, which are programs: you trust whoever logged them',
    },
    reason: { kind: 'text', describe: 'Why, for the events and the history of the aliases' },
  },
  examples: [
    ['retort import mlflow http://mlflow.internal:5000 --dry-run', 'What would come'],
    ['retort import mlflow http://mlflow.internal:5000 --model solubility', 'One model'],
    ['retort import mlflow ./mlruns --trust-pickle', 'A file store, scikit-learn models too'],
  ],
  output:
    '{models: [{mlflow, model, registered, versions: [{version, ref, action, flavor, reason}], aliases: [{name, ref, moved}]}]}',
  notes:
    'Running it again brings what is new: versions are known by models:/NAME/NUMBER in their source. ONNX is published as it is; models of ' +
    'scikit-learn, XGBoost, LightGBM, CatBoost, TensorFlow, Keras and PyTorch are converted by the server as by retort push; Python code (pyfunc) ' +
    'is refused. Stages become aliases. A login is read from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. ' +
    'Ends with 4 when versions were refused.',
  async run({ registry: place, dryRun, model: wanted, domain, trustPickle, reason }, session) {
    const registry = await open(place, session);
    const models = chosen(await registry.models(), wanted);
    const work = new RegistryImport(registry, session, { domain, dryRun, trustPickle, reason });
    const reports: ImportedModelReport[] = [];
    for (const model of models) reports.push(await work.bring(model));
    const versions = reports.flatMap((report) => report.versions);
    return {
      json: { models: reports },
      text: describe(reports, dryRun),
      exit: versions.some(({ action }) => action === 'REFUSED') ? EXIT.NEGATIVE : EXIT.DONE,
    };
  },
});

async function open(place: string, { signal, surroundings }: Session): Promise<Registry> {
  if (/^https?:\/\//.test(place))
    return new ServerRegistry(place, { authorization: trackingAuthorization(surroundings.env), signal });
  if (/^[a-z+]+:\/\//.test(place) && !place.startsWith('file://'))
    throw wrongUsage(
      `Expected the address of a tracking server or a folder, got ${place}. A database is read by its server: mlflow server --backend-store-uri ${place}`,
    );
  return FolderRegistry.open(place.replace(/^file:\/\//, ''));
}

/** @throws Failure USAGE for a model that is not there, or two that would get one name */
function chosen(models: readonly RegisteredModel[], wanted: readonly string[]): RegisteredModel[] {
  const missing = wanted.find((name) => !models.some((model) => model.name === name));
  if (missing !== undefined)
    throw wrongUsage(
      `--model: the registry has no ${JSON.stringify(missing)}, but ${models.map(({ name }) => JSON.stringify(name)).join(', ') || 'no models'}.`,
    );
  const taken = new Map<string, string>();
  const found = models.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const { name } of found) {
    const other = taken.get(retortName(name));
    if (other !== undefined)
      throw wrongUsage(
        `${JSON.stringify(other)} and ${JSON.stringify(name)} would both be called ${retortName(name)} here. Import them with --model, and rename one in MLflow.`,
      );
    taken.set(retortName(name), name);
  }
  return found;
}

function describe(reports: readonly ImportedModelReport[], dryRun: boolean): string {
  const rows = reports.flatMap(({ mlflow, model, versions }) =>
    versions.map(({ version, ref, action, flavor, reason }) => [
      `${mlflow}/${version}`,
      ref ?? (dryRun ? model : ''),
      action.toLowerCase().replace('_', ' '),
      flavor ?? '',
      reason ?? '',
    ]),
  );
  const aliases = reports.flatMap(({ aliases: pointed }) => pointed.filter(({ moved }) => moved));
  return stack(
    rows.length === 0
      ? 'The registry has no versions.'
      : table(['MLFLOW', 'HERE', 'WHAT', 'FLAVOR', 'WHY'], rows),
    aliases.length === 0
      ? ''
      : `${plural(aliases.length, 'alias', 'aliases')} moved: ${aliases.map(({ name, ref }) => `${name} to ${ref}`).join(', ')}.`,
  );
}
