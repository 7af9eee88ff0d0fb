import {
  ModelBeforePush,
  NamedVersion,
  PublishVersion,
  RegisterModel,
  SetAlias,
  TagVersion,
  type ArtifactInput,
  type EnvironmentInput,
  type PublishedVersionFragment,
  type RemoteEngineInput,
  type VersionExampleInput,
} from '../__generated__/operations.js';
import { accepted, type Api } from '../api/api.js';
import { existing } from '../api/existing.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import { isFolder, readJson, textOrFile } from '../files.js';
import { attachedFiles, attachmentOptions, storeAttached } from '../push/attachments.js';
import {
  convertAndPublish,
  conversionOptions,
  conversionValues,
  proofTable,
  type ConversionAsked,
} from '../push/conversion.js';
import { checkCredentials, fetchModel, fetchOptions, isAddress } from '../push/fetch-model.js';
import { needsConversion } from '../push/model-file.js';
import { HOW_TO_REGISTER, orForget, registrationOf, registrationOptions } from '../push/registration.js';
import { sourceOf } from '../push/source-values.js';
import { parseDataset, parseDerivation, parseMetric } from '../push/stated.js';
import { storeFile, type StoredFile } from '../push/store-file.js';
import { bytes } from '../terminal/format.js';
import { facts, section, stack } from '../terminal/layout.js';
import { remoteEngine, remoteOptions } from './deployments/remote-options.js';
import { describeSource, tensorTable } from './models/show-version.js';

export const push = defineCommand({
  name: 'push',
  summary: 'Publish a model file as the next version of a model',
  positionals: {
    file: {
      kind: 'text',
      describe:
        'ONNX (files that its weights lie in are found beside it), or a model to convert, also a folder: docs/formats.md; or an address: https://…, s3://bucket/key, hf://owner/repository@revision/path, git+https://host/repository.git@ref:path; none with --remote-url',
      completes: 'file',
    },
  },
  options: {
    model: { kind: 'text', required: true, describe: 'The model it is a version of', completes: 'model' },
    ...registrationOptions,
    pipeline: {
      kind: 'text',
      describe: 'A JSON file: the steps around the graph that make predict possible',
      completes: 'file',
    },
    metric: {
      kind: 'texts',
      describe: 'NAME=NUMBER[,unit=…][,dataset=…][,better=higher|lower]; several times',
      completes: 'nothing',
    },
    notes: { kind: 'text', describe: 'What is particular to this version; @FILE reads a file' },
    source: {
      kind: 'text',
      describe: 'REPOSITORY@COMMIT it was made from; read from git when left out inside a checkout',
    },
    'source-path': { kind: 'text', describe: 'Path of the code inside the repository' },
    'source-url': { kind: 'text', describe: 'A page about it: a publication, a training run' },
    'no-source': { kind: 'flag', describe: 'Do not ask git' },
    'training-data': {
      kind: 'texts',
      describe: 'NAME[,split=…][,url=…][,digest=…] it was trained on; several times',
      completes: 'nothing',
    },
    environment: {
      kind: 'text',
      describe: 'A JSON file: {runtime, platform, image, packages: [{name, version}]}',
      completes: 'file',
    },
    examples: {
      kind: 'text',
      describe: 'A JSON file: [{name, description, instance, expected}] people may try',
      completes: 'file',
    },
    'derived-from': {
      kind: 'texts',
      describe: 'VERSION:RELATION it was made from, such as esol@2:FINE_TUNED; several times',
      completes: 'ref',
    },
    ...attachmentOptions,
    ...fetchOptions,
    ...conversionOptions,
    ...remoteOptions('Publish a model that only another server has'),
    tag: { kind: 'texts', describe: 'Give the version this tag; several times' },
    alias: {
      kind: 'texts',
      describe: 'Point this alias to the version; several times',
      completes: 'nothing',
    },
    reason: { kind: 'text', describe: 'Why, for the events and the history of the aliases' },
  },
  examples: [
    [
      'retort push model.onnx --model esol --metric rmse=0.91 --tag v2.1.0',
      'Publish and name the next version',
    ],
    ['retort push model.onnx --model pka --register --domain chemistry', 'The first version of a new model'],
    ['retort push model.onnx --model esol --alias staging --json', 'From CI'],
    [
      'retort push model.onnx --model esol --training train.csv --calibration held-out.csv --target log_s',
      'With its domain of applicability, and intervals',
    ],
    [
      'retort push forest.pkl --model toxicity --trust-pickle --sample rows.csv',
      'A scikit-learn model, converted and proven on these rows',
    ],
    [
      'retort push --model esol --remote-url https://triton.internal:8000 --remote-version 4',
      'A model that only that server has',
    ],
    ['retort push hf://org/repository@v1.0/onnx/model.onnx --model esol', 'From the Hugging Face Hub'],
    ['retort push saved_model/ --model images --signature serving_default', 'A TensorFlow SavedModel'],
  ],
  output:
    '{version: {ref, number, artifact, signature, source, conversion}, tags: […], aliases: […], registered, uploaded}',
  notes:
    'The file is uploaded only when the server does not have the same bytes. What names the version (--tag, --alias) ' +
    'comes last: when a name is refused, the version is published all the same, and the message says so. A file of another ' +
    'framework is told by its content, converted by the server, asked the same as the graph that comes of it, and published ' +
    'when the two agree; the server needs the converter: retort converters install.',
  async run(values, session) {
    const { api, progress } = session;
    const { model, tag: tags, alias: aliases, reason } = values;
    const remote = remoteEngine(values, model);
    const file = oneOf(values.file, remote);
    // Everything on this machine first: a typing mistake should not cost an upload.
    const statements = {
      metrics: values.metric.map(parseMetric),
      trainingData: values.trainingData.map(parseDataset),
      derivedFrom: values.derivedFrom.map(parseDerivation),
      pipeline: values.pipeline === undefined ? undefined : await readJson(values.pipeline),
      notes: values.notes === undefined ? undefined : await textOrFile(values.notes),
      environment:
        values.environment === undefined
          ? undefined
          : ((await readJson(values.environment)) as EnvironmentInput),
      // Where a model comes from an address, that is its source, and not the folder this runs in.
      source: await sourceOf({ ...values, noSource: values.noSource || (file !== null && isAddress(file)) }),
    };
    const examples = values.examples === undefined ? undefined : await readList(values.examples);
    const conversionOf = async (isForeign: boolean) =>
      isForeign ? conversionValues(values, session) : refuseStray(values);
    checkCredentials(file, values.credentials);
    const isElsewhere = file !== null && isAddress(file);
    let conversion = isElsewhere ? null : await conversionOf(file !== null && (await needsConversion(file)));
    const attached = await attachedFiles(values);
    const registration = await registrationOf(values);
    const known = (await api.ask(ModelBeforePush, { model })).model;
    if (registration === null) existing(known, 'model', model, HOW_TO_REGISTER);
    if (known !== null) await checkTagsAreFree(api, model, tags);
    const fetched = isElsewhere ? await fetchModel(session, file, values.credentials) : null;
    if (fetched !== null) conversion = await conversionOf(fetched.needsConversion);
    if (conversion !== null && examples !== undefined)
      throw wrongUsage('--examples: a version that is converted takes none; expected an ONNX file with it.');

    const alone = conversion !== null && file !== null && !(await isFolder(file));
    const stored = file === null ? null : (fetched?.stored ?? (await storeFile(file, session, { alone })));
    const data = {
      attachments: await storeAttached(attached, session),
      discloseTraining: values.discloseTraining,
    };
    const registered = registration !== null && known === null;
    if (registered) {
      const { registerModel } = await api.ask(RegisterModel, {
        input: { name: model, ...registration, reason },
      });
      accepted(registerModel, 'model');
    }
    const publish = async (): Promise<Published> => {
      const source = statements.source ?? fetched?.source;
      const said = { model, ...statements, source, ...data, reason };
      if (conversion !== null && stored !== null)
        return convertAndPublish(session, { ...said, artifact: { digest: stored.digest }, ...conversion });
      const input = { ...said, artifact: artifactOf(stored, remote), examples };
      return progress.spin('Reading the model on the server', async () =>
        accepted((await api.ask(PublishVersion, { input })).publishVersion, 'version'),
      );
    };
    const version = registered ? await orForget(api, model, publish) : await publish();
    await nameVersion(version.ref, async () => {
      for (const name of tags)
        accepted(
          (await api.ask(TagVersion, { input: { version: version.ref, tag: name, reason } })).tagVersion,
          'version',
        );
      for (const alias of aliases) {
        const input = { model, alias, version: version.ref, reason };
        accepted((await api.ask(SetAlias, { input })).setAlias, 'alias');
      }
    });
    return {
      json: { version, tags, aliases, registered, uploaded: stored?.uploaded ?? false },
      text: published(version, { tags, aliases, stored, remote }),
    };
  },
});

type Published = PublishedVersionFragment;

/** @returns the file; null where another server has the model. @throws Failure USAGE */
function oneOf(file: string | undefined, remote: RemoteEngineInput | undefined): string | null {
  if ((file === undefined) === (remote !== undefined)) return file ?? null;
  throw wrongUsage(
    `Expected a file to publish or --remote-url, got ${file === undefined ? 'neither' : 'both'}. See: retort push --help`,
  );
}

function artifactOf(stored: StoredFile | null, remote: RemoteEngineInput | undefined): ArtifactInput {
  if (stored !== null) return { digest: stored.digest };
  if (remote !== undefined) return { remote };
  throw new Error('Neither a file nor another server has the model.');
}

/** @throws Failure USAGE for what is said of a conversion where there is none */
function refuseStray({ format, signature, sample, tolerance, trustPickle, option }: StrayValues): null {
  const stray = Object.entries({ format, signature, sample, tolerance }).find(
    ([, value]) => value !== undefined,
  );
  const name = stray?.[0] ?? (trustPickle ? 'trust-pickle' : option.length > 0 ? 'option' : null);
  if (name === null) return null;
  throw wrongUsage(`--${name} is about models that are converted, and this one is not.`);
}

type StrayValues = ConversionAsked;

async function readList(path: string): Promise<readonly VersionExampleInput[]> {
  const list = await readJson(path);
  // What is in it is for the server to judge.
  if (Array.isArray(list)) return list as readonly VersionExampleInput[];
  throw wrongUsage(`--examples: expected a JSON list in ${path}, got something else.`);
}

/** Tags never move, so a taken one is certain to be refused later. */
async function checkTagsAreFree(api: Api, model: string, tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    const { version } = await api.ask(NamedVersion, { ref: `${model}@${tag}` });
    if (version !== null) {
      throw new Failure(
        EXIT.REFUSED,
        'TAG_EXISTS',
        `"${tag}" names ${version.ref} already. Nothing was published.`,
        ['tag'],
      );
    }
  }
}

async function nameVersion(ref: string, names: () => Promise<void>): Promise<void> {
  try {
    await names();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = `${ref} is published, but not all of its names could be given: ${error.message}`;
    throw new Failure(error.exit, error.code, message, error.field, { cause: error });
  }
}

interface Outcome {
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
  /** Null where another server has it. */
  readonly stored: StoredFile | null;
  readonly remote: RemoteEngineInput | undefined;
}

function published(
  { ref, artifact, signature, source, conversion }: Published,
  { tags, aliases, stored, remote }: Outcome,
): string {
  return stack(
    `Published ${ref}.`,
    facts([
      ['runs at', remote && `${remote.url}, ${remote.model}: what answers there may change`],
      [
        'artifact',
        stored && `${bytes(stored.size)}${stored.uploaded ? '' : ', which the server had already'}`,
      ],
      ['digest', artifact.digest],
      ['tags', tags.join(', ')],
      ['aliases', aliases.join(', ')],
      ['source', source && describeSource(source)],
    ]),
    section('Inputs', tensorTable(signature.inputs)),
    section('Outputs', tensorTable(signature.outputs)),
    section('Proof', conversion === null ? '' : proofTable(conversion)),
  );
}
