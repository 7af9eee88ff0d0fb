import {
  ExplainPrediction,
  ExplanationFeaturesValues,
  ExplanationMethodValues,
  JobExplanations,
} from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { explanationText } from '../explain/explanation-table.js';
import { wrongUsage } from '../failure.js';
import { instanceArgument } from '../input/read-rows.js';
import { followJob } from '../jobs/watch.js';
import { stack } from '../terminal/layout.js';

const LARGEST = 20;

export const explain = defineCommand({
  name: 'explain',
  summary: 'Say by how much each quantity of an instance moves a model’s answer',
  positionals: {
    target: {
      kind: 'text',
      required: true,
      describe: 'A deployment (esol) or a version (esol@2)',
      completes: 'target',
    },
    instances: {
      kind: 'texts',
      describe: 'What to explain: text such as CCO, or JSON such as \'{"z": 26, "n": 30}\'',
      completes: 'nothing',
    },
  },
  options: {
    method: { kind: 'choice', choices: ExplanationMethodValues, describe: 'How; what fits when left out' },
    features: {
      kind: 'choice',
      choices: ExplanationFeaturesValues,
      describe: 'In what words: fields, inputs such as descriptors, atoms, tokens, regions',
    },
    result: {
      kind: 'text',
      describe: 'Which number of the answer: solubility, probabilities.toxic, y[1]',
      completes: 'nothing',
    },
    background: {
      kind: 'texts',
      describe: 'An instance that absent quantities are taken from; several times',
      completes: 'nothing',
    },
    baseline: {
      kind: 'text',
      describe: 'One in place of a background: an instance, or a number',
      completes: 'nothing',
    },
    rows: { kind: 'number', whole: true, min: 1, describe: 'Ask the model about so many rows at most' },
    seconds: { kind: 'number', min: 0.1, describe: 'Take so long at most' },
    seed: { kind: 'number', whole: true, describe: 'Other draws for another number; 1 when left out' },
    largest: {
      kind: 'number',
      whole: true,
      min: 1,
      describe: `Show so many, the strongest first; ${LARGEST} when left out, all with --json`,
    },
  },
  examples: [
    ['retort explain esol CCO', 'What makes ethanol soluble, in descriptors'],
    ['retort explain esol CCCCCCCCO --features atoms', 'The same of octanol, atom by atom'],
    ['retort explain binding-energy Fe-56 --method shapley', 'What protons and neutrons add'],
    [
      'retort explain esol CCO --background C --background CCCCCC --json',
      'Against two molecules of your own',
    ],
  ],
  output:
    '{explanations: [{instance, prediction, method, methodReason, features, game, target, unit, background, baseValue, value, attributions: [{name, index, value, unit, attribution, error, atoms}], completenessGap, rows, tookMs, converged, notes, warnings}]}',
  notes:
    'An attribution above 0 raises the answer. Without a background the training data of the version is used, where it carries ' +
    'some. What takes long runs as a job, which is watched. docs/EXPLANATIONS.md has the methods. The exit code is 4 when an ' +
    'instance could not be explained.',
  async run({ target, instances, largest, ...asked }, session) {
    if (instances.length === 0) throw wrongUsage('Expected instances to explain, got none.');
    const { api } = session;
    const { rows, seconds } = asked;
    const input = {
      ...(target.includes('@') ? { version: target } : { deployment: target }),
      instances: instances.map(instanceArgument),
      method: asked.method,
      features: asked.features,
      target: asked.result,
      background:
        asked.background.length === 0 ? undefined : { instances: asked.background.map(instanceArgument) },
      baseline: asked.baseline === undefined ? undefined : baselineOf(asked.baseline),
      budget: rows === undefined && seconds === undefined ? undefined : { rows, seconds },
      seed: asked.seed,
    };
    const { explainPrediction } = await api.ask(ExplainPrediction, { input });
    let { explanations } = explainPrediction;
    if (explanations === null) {
      const job = await followJob(session, accepted(explainPrediction, 'job'));
      ({ explanations } = await api.ask(JobExplanations, { id: job.id }));
      if (explanations === null) return { json: { job }, text: job.error ?? job.state, exit: EXIT.NEGATIVE };
    }
    const isWhole = explanations.every(({ prediction }) => prediction.error === null);
    return {
      json: { explanations },
      text: stack(...explanations.map((one) => explanationText(one, largest ?? LARGEST))),
      exit: isWhole ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

function baselineOf(text: string): unknown {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : instanceArgument(text);
}
