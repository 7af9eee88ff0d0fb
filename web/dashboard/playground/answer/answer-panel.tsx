import { BarList } from '../../components/bar-list.js';
import { Notice } from '../../components/notice.js';
import { instanceLabel } from '../../molecules/molecule-text.js';
import { MoleculePicture } from '../../molecules/molecule-picture.js';
import type { PlaygroundPipeline } from '../pipeline.js';
import type { PlayedVersion } from '../playground-page.js';
import type { Answered, Asked, PredictAnswer } from '../use-prediction.js';
import { DomainVerdict } from './domain-verdict.js';
import { IntervalPicture } from './interval-picture.js';
import { intervalText, levelText } from './interval-text.js';
import { moleculeField, moleculeIn } from './molecule-in.js';
import { resultValue } from './result-value.js';
import { TimingLine } from './timing-line.js';

interface AnswerPanelProps {
  readonly asked: Asked;
  readonly version: PlayedVersion;
  readonly pipeline: PlaygroundPipeline;
}

/** The answer to one question: value, unit, doubts, timing. Read out as it comes. */
export function AnswerPanel({ asked, version, pipeline }: AnswerPanelProps) {
  const answered = asked.phase === 'answered' ? asked : asked.phase === 'asking' ? asked.last : null;
  return (
    <section
      className="panel panel-body answer"
      aria-label="Answer"
      aria-live="polite"
      data-old={asked.phase === 'asking' || undefined}
    >
      <h2>Answer</h2>
      {asked.phase === 'failed' && <Notice kind="bad">{asked.message}</Notice>}
      {asked.phase === 'idle' && <p className="muted">{questionOf(pipeline)}</p>}
      {asked.phase === 'asking' && answered === null && <p className="muted">Asking…</p>}
      {answered && <Answer answered={answered} version={version} pipeline={pipeline} />}
    </section>
  );
}

function Answer({
  answered,
  version,
  pipeline,
}: Omit<AnswerPanelProps, 'asked'> & { readonly answered: Answered }) {
  const [prediction] = answered.answer.predictions;
  const [instance] = answered.instances;
  if (prediction === undefined) return null;
  const label = instanceLabel(instance);
  const molecule = moleculeIn(instance, version);
  return (
    <>
      {prediction.error ? (
        <Notice kind="bad">{prediction.error.message}</Notice>
      ) : (
        <div className="answer-body">
          {molecule !== null && <MoleculePicture molecule={molecule} name={label} width={180} height={120} />}
          <div>
            <p className="mono instance">{label}</p>
            {prediction.results.map((result) => (
              <Result
                key={result.name}
                result={result}
                pipeline={pipeline}
                isOnly={prediction.results.length === 1}
              />
            ))}
            <Expected version={version} instance={instance} prediction={prediction} />
          </div>
        </div>
      )}
      {prediction.domain && (
        <DomainVerdict verdict={prediction.domain} areMolecules={moleculeField(version) !== undefined} />
      )}
      {prediction.warnings.map(({ kind, message }) => (
        <Notice key={kind + message} kind="warn">
          {message}
        </Notice>
      ))}
      <TimingLine answer={answered.answer} roundTripMs={answered.roundTripMs} />
    </>
  );
}

interface ResultProps {
  readonly result: PredictAnswer['predictions'][number]['results'][number];
  readonly pipeline: PlaygroundPipeline;
  readonly isOnly: boolean;
}

function Result({ result: { name, value, unit, interval, set }, pipeline, isOnly }: ResultProps) {
  const declared = pipeline.result[name];
  const description = declared?.description ?? pipeline.outputs[name]?.description;
  const { text, exact } = resultValue(value);
  const shares = sharesIn(value);
  return (
    <div className="result">
      <p className="result-name">{isOnly ? (description ?? name) : name}</p>
      {shares !== null ? (
        <BarList
          label={name}
          bars={shares.map(([label, share]) => ({ label, value: share, text: resultValue(share).text }))}
        />
      ) : (
        <p className={typeof value === 'object' ? 'result-value several' : 'result-value'}>
          <output title={exact}>{text}</output>
          {unit !== null && unit !== '1' && <span className="unit"> {unit}</span>}
        </p>
      )}
      {interval && (
        <div className="result-interval">
          <span>{intervalText(interval)}</span>{' '}
          <span className="muted">with {levelText(interval.level)} confidence</span>
          {typeof value === 'number' && interval.low !== null && interval.high !== null && (
            <IntervalPicture value={value} low={interval.low} high={interval.high} />
          )}
        </div>
      )}
      {set && (
        <p>{set.length === 0 ? 'Like none of the classes.' : `Cannot be excluded: ${set.join(', ')}.`}</p>
      )}
      {!isOnly && description !== undefined && <p className="muted">{description}</p>}
    </div>
  );
}

/** Shares of one, such as the probabilities of classes, the largest first; null for anything else. */
function sharesIn(value: unknown): (readonly [string, number])[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const shares = entries.flatMap(([name, share]): (readonly [string, number])[] =>
    typeof share === 'number' && share >= 0 && share <= 1 ? [[name, share]] : [],
  );
  if (shares.length < 2 || shares.length !== entries.length) return null;
  return shares.sort(([, one], [, other]) => other - one);
}

/** What the publisher says should come, where an example was asked. */
function Expected({
  version,
  instance,
  prediction,
}: {
  readonly version: PlayedVersion;
  readonly instance: unknown;
  readonly prediction: PredictAnswer['predictions'][number];
}) {
  const asked = JSON.stringify(instance);
  const example = version.examples.find(
    (one) => one.instance !== null && JSON.stringify(one.instance) === asked,
  );
  if (example?.expected == null) return null;
  return (
    <p className="muted">
      Expected: {resultValue(example.expected).text}
      {prediction.unit !== null && prediction.unit !== '1' && ` ${prediction.unit}`}
    </p>
  );
}

function questionOf({ outputs }: PlaygroundPipeline): string {
  const [description] = Object.values(outputs).flatMap((output) => output.description ?? []);
  return description === undefined ? 'Press Predict.' : `Press Predict. ${description}`;
}
