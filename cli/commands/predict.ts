import {
  Predict,
  RequestPriorityValues,
  type PredictInput,
  type PredictMutation,
} from '../__generated__/operations.js';
import { accepted, type Api } from '../api/api.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { INSTANCE_FORMATS } from '../predict/instances.js';
import { readInput } from '../predict/read-input.js';
import { number, plural } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';

/** Small enough to be answered within a deadline and to move the bar, large enough to fill batches. */
const ROWS_A_REQUEST = 200;

export const predict = defineCommand({
  name: 'predict',
  summary: 'Ask a model about molecules, nuclides or other instances',
  positionals: {
    target: {
      kind: 'text',
      required: true,
      describe: 'A deployment (esol) or a version (esol@2)',
      completes: 'target',
    },
    instances: {
      kind: 'texts',
      describe: 'What to ask about: text such as CCO, or JSON such as \'{"z": 26, "n": 30}\'',
      completes: 'nothing',
    },
  },
  options: {
    input: {
      kind: 'text',
      describe: 'A file of instances, or - for stdin: a CSV table, JSON lines, a JSON list, or text by lines',
      completes: 'file',
    },
    format: {
      kind: 'choice',
      choices: INSTANCE_FORMATS,
      describe: 'What the file is, where its name does not tell',
    },
    'deadline-ms': { kind: 'number', whole: true, min: 1, describe: 'Give up on a request after so long' },
    priority: {
      kind: 'choice',
      choices: RequestPriorityValues,
      describe: 'Who comes first when several wait',
    },
  },
  examples: [
    ['retort predict esol CCO "CC(=O)Oc1ccccc1C(=O)O"', 'The solubility of ethanol and aspirin'],
    ['retort predict esol@1 --input molecules.csv', 'A table of them, by a certain version'],
    ['cut -f1 library.smi | retort predict esol --input - --json', 'Through a pipe'],
  ],
  output:
    '{predictions: [{instance, value, unit, warnings: [{code, message}], error: {code, message} or null, version}]}',
  notes:
    'A name without @ is a deployment, and where there is none, the model of this name (its production alias, else its ' +
    'newest version). A row without a value does not stop the others; the exit code is then 4.',
  async run(values, { api, progress }) {
    const instances = await readInput(values.instances, values.input, values.format);
    const options = { deadlineMs: values.deadlineMs, priority: values.priority };
    const predictions = await progress.measure('Predicting', instances.length, 'items', async (bar) => {
      const done: Prediction[] = [];
      let asked = subjectOf(values.target);
      for (let start = 0; start < instances.length; start += ROWS_A_REQUEST) {
        const rows = instances.slice(start, start + ROWS_A_REQUEST);
        const answer = await ask(api, asked, { instances: rows, ...options });
        asked = answer.subject;
        done.push(
          ...answer.predictions.map((prediction, index) => ({ instance: rows[index], ...prediction })),
        );
        bar.advance(rows.length);
      }
      return done;
    });
    const failed = predictions.filter(({ error }) => error !== null).length;
    return {
      json: { predictions },
      text: stack(
        predictionTable(predictions),
        failed === 0 ? '' : `${plural(failed, 'instance')} of ${predictions.length} got no value.`,
      ),
      exit: failed === 0 ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

type Answered = PredictMutation['predict']['predictions'][number];
interface Prediction extends Answered {
  readonly instance: unknown;
  readonly version: string;
}
type Subject = Pick<PredictInput, 'deployment' | 'version'>;

function subjectOf(target: string): Subject {
  return target.includes('@') ? { version: target } : { deployment: target };
}

/** Asks about some rows; a deployment that is not there may be a model, which later rows then ask at once. */
async function ask(
  api: Api,
  subject: Subject,
  input: Omit<PredictInput, 'deployment' | 'version'>,
): Promise<{
  readonly subject: Subject;
  readonly predictions: readonly (Answered & { readonly version: string })[];
}> {
  const { predict } = await api.ask(Predict, { input: { ...subject, ...input } });
  const [mistake] = predict.userErrors;
  if (mistake?.code === 'DEPLOYMENT_NOT_FOUND' && typeof subject.deployment === 'string') {
    return await ask(api, { version: subject.deployment }, input).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'MODEL_NOT_FOUND') throw error;
      const message = `There is neither a deployment nor a model ${JSON.stringify(subject.deployment)}. See: retort list deployments`;
      throw new Failure(error.exit, mistake.code, message, error.field);
    });
  }
  const { ref: version } = accepted(predict, 'version');
  return { subject, predictions: predict.predictions.map((prediction) => ({ ...prediction, version })) };
}

function predictionTable(predictions: readonly Prediction[]): string {
  const versions = new Set(predictions.map(({ version }) => version));
  const rows = predictions.map(({ instance, value, unit, warnings, error, version }) => [
    typeof instance === 'string' ? instance : JSON.stringify(instance),
    error === null ? valueText(value) : '–',
    unit === '1' ? '' : (unit ?? ''),
    error === null
      ? warnings.map(({ code, message }) => `${code}: ${message}`).join('; ')
      : `${error.code}: ${error.message}`,
    // Told once below, unless the deployment changed its version half-way.
    versions.size > 1 ? version : '',
  ]);
  return stack(
    table(['INSTANCE', 'VALUE', 'UNIT', 'REMARKS', 'VERSION'], rows),
    versions.size === 1 ? `Computed by ${[...versions].join()}.` : '',
  );
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
