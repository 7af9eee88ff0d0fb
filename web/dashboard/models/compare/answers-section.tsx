import type { ReactNode } from 'react';
import { useLiveQuery } from '../../api/live-query.js';
import { Choices } from '../../components/choices.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { CompareAnswers } from '../../__generated__/comparison.js';
import type { CompareAnswersQuery, ComparisonSampleInput } from '../../__generated__/operations.js';
import { formatNumber, formatShare } from '../../formats/numbers.js';
import { instanceLabel } from '../../molecules/molecule-text.js';
import { playgroundPipeline } from '../../playground/pipeline.js';
import { useUrlState } from '../../url-state.js';
import { DifferingRows } from './differing-rows.js';
import type { Pair } from './pair.js';
import { RecorderChoice, useRecorders } from './recorder-choice.js';

type Outputs = CompareAnswersQuery['compareVersions']['outputs'];
type Sample = 'generated' | 'examples' | 'recorded';

/** The newest of what callers asked a deployment; each counts with all its rows. */
const RECORDED_REQUESTS = 200;

function sampleInput(sample: Sample, deployment: string): ComparisonSampleInput {
  if (sample === 'recorded') return { recorded: { deployment, take: RECORDED_REQUESTS } };
  return sample === 'examples' ? { examples: {} } : { generated: { rows: 48 } };
}

/** What both versions answer to the same rows, and the rows in which they differ most. */
export function AnswersSection({ model, base, target }: Pair & { readonly model: string }) {
  const [sample, choose] = useUrlState<Sample>('sample', 'generated');
  const [chosen, setDeployment] = useUrlState('recorded-by', '');
  const recorders = useRecorders(model);
  const deployment = chosen === '' ? (recorders?.[0] ?? '') : chosen;
  const isRecorded = sample === 'recorded';
  const { data, error, isLoading, refresh } = useLiveQuery(
    CompareAnswers,
    { base, target, sample: sampleInput(sample, deployment) },
    { pause: isRecorded && deployment === '' },
  );
  const outputs = data?.compareVersions.outputs;
  const pipeline = playgroundPipeline(data?.compareVersions.base.pipeline);
  const areMolecules = pipeline.form === 'molecule';
  return (
    <section className="panel" aria-label="Answers">
      <div className="panel-head">
        <h2>Answers</h2>
        <Choices
          label="Rows to ask both about"
          options={[
            { value: 'generated', label: 'Made-up rows' },
            { value: 'examples', label: 'Examples' },
            { value: 'recorded', label: 'Recorded requests' },
          ]}
          value={sample}
          onChange={(value) => choose(value as Sample)}
        />
      </div>
      <div className="panel-body">
        {isRecorded && recorders && (
          <RecorderChoice recorders={recorders} value={deployment} onChange={setDeployment} />
        )}
        {error && <QueryError error={error} onRetry={refresh} />}
        {isLoading && <Skeleton lines={5} />}
        {outputs && !error && !(isRecorded && deployment === '') && (
          <>
            <p>
              {outputs.sample.rows} rows: {outputs.sample.description}. {outputs.answeredRows} answered by
              both.
            </p>
            <Refusals outputs={outputs} />
            {outputs.outputs.map((output) => (
              <Output key={output.name} output={output} areMolecules={areMolecules} />
            ))}
          </>
        )}
      </div>
    </section>
  );
}

interface OutputProps {
  readonly output: Outputs['outputs'][number];
  readonly areMolecules: boolean;
}

function Output({ output, areMolecules }: OutputProps) {
  const { name, unit, obstacle, differences, expectation } = output;
  const suffix = unit === null || unit === '1' ? '' : ` ${unit}`;
  return (
    <div className="stack">
      <h3>
        {name}
        {suffix !== '' && <span className="muted"> in{suffix}</span>}
      </h3>
      {obstacle !== null && <p>{obstacle}</p>}
      {differences && (
        <>
          <dl className="figures">
            <Figure label="Numbers that differ">
              {differences.differing} of {differences.elements}
            </Figure>
            {differences.absolute && (
              <>
                <Figure label="Mean difference">{formatNumber(differences.absolute.mean)}</Figure>
                <Figure label="9 of 10 at most">{formatNumber(differences.absolute.p90)}</Figure>
                <Figure label="Largest">{formatNumber(differences.absolute.largest)}</Figure>
              </>
            )}
            {differences.relative && (
              <Figure label="Mean, relative">{formatShare(differences.relative.mean)}</Figure>
            )}
            {expectation?.base && expectation.target && (
              <Figure label="Mean from what was expected">
                {formatNumber(expectation.base.mean)} → {formatNumber(expectation.target.mean)}
              </Figure>
            )}
          </dl>
          {differences.rows.length > 0 && (
            <DifferingRows name={name} unit={suffix} rows={differences.rows} areMolecules={areMolecules} />
          )}
        </>
      )}
    </div>
  );
}

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Refusals({ outputs }: { readonly outputs: Outputs }) {
  const { refusedByBase, refusedByTarget, refusedByBoth, refusals } = outputs;
  if (refusedByBase + refusedByTarget + refusedByBoth === 0) return null;
  return (
    <details>
      <summary>
        Refused: {refusedByBase} by the base alone, {refusedByTarget} by the target alone, {refusedByBoth} by
        both
      </summary>
      <ul>
        {refusals.map(({ row, instance, base, target }) => (
          <li key={row}>
            {instance === null ? `row ${row}` : instanceLabel(instance)}: {target ?? base}
          </li>
        ))}
      </ul>
    </details>
  );
}
