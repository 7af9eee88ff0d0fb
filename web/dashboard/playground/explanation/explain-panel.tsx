import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../components/button.js';
import { SelectField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { useDepictionTheme } from '../../molecules/use-depiction-theme.js';
import { svgAddress } from '../../molecules/svg-address.js';
import { instanceLabel } from '../../molecules/molecule-text.js';
import type { ExplanationFeatures } from '../../__generated__/operations.js';
import { AttributionBars } from './attribution-bars.js';
import { PICTURE, useExplanation, type ExplanationAnswer } from './use-explanation.js';

interface ExplainPanelProps {
  readonly version: string;
  readonly instance: unknown;
  readonly hasMolecule: boolean;
  readonly isDisabled: boolean;
}

const OF_MOLECULES = [
  { value: 'ATOMS', label: 'Atoms' },
  { value: 'INPUTS', label: 'Descriptors and bits' },
];

/** What moves the answer: bars by quantity, and a coloured molecule. */
export function ExplainPanel({ version, instance, hasMolecule, isDisabled }: ExplainPanelProps) {
  const [words, setWords] = useState('ATOMS');
  const { explaining, explain } = useExplanation(version);
  const features: ExplanationFeatures = hasMolecule ? (words as ExplanationFeatures) : 'AUTO';
  return (
    <section className="panel panel-body stack" aria-label="Explanation">
      <h2>Explanation</h2>
      <div className="row asking">
        {hasMolecule && (
          <SelectField label="Explain by" value={words} onChange={setWords} options={OF_MOLECULES} />
        )}
        <Button
          isDisabled={isDisabled || explaining.phase === 'asking'}
          onPress={() => void explain(instance, features)}
        >
          Explain
        </Button>
        {explaining.phase === 'asking' && <span className="muted">Asking the model around it…</span>}
      </div>
      <p className="visually-hidden" role="status">
        {explaining.phase === 'answered' &&
          `Explained: ${explaining.explanation.attributions.length} quantities.`}
      </p>
      {explaining.phase === 'idle' && <p className="muted">What raises the answer, and what lowers it.</p>}
      {explaining.phase === 'failed' && <Notice kind="bad">{explaining.message}</Notice>}
      {explaining.phase === 'job' && (
        <Notice kind="info">
          This takes longer: <Link href="/jobs">a job explains it</Link>.
        </Notice>
      )}
      {explaining.phase === 'answered' && (
        <Found explanation={explaining.explanation} instance={explaining.instance} />
      )}
    </section>
  );
}

function Found({
  explanation,
  instance,
}: {
  readonly explanation: ExplanationAnswer;
  readonly instance: unknown;
}) {
  const theme = useDepictionTheme();
  const depiction = theme === 'DARK' ? explanation.dark : explanation.light;
  const { target, unit, baseValue, value, method, methodReason, background, rows, tookMs } = explanation;
  const inUnit = unit === null || unit === '1' ? '' : ` ${unit}`;
  return (
    <>
      <p>
        {target} goes from {shown(baseValue)} to {shown(value)}
        {inUnit}.
      </p>
      {depiction !== null && (
        <div className="molecule-stage">
          <img
            className="molecule"
            src={svgAddress(depiction)}
            alt={`${instanceLabel(instance)}, each atom coloured by what it adds: red raises the answer, blue lowers it. The list below has the numbers.`}
            {...PICTURE}
          />
        </div>
      )}
      <AttributionBars attributions={explanation.attributions} unit={inUnit} />
      {explanation.warnings.map(({ message }) => (
        <Notice key={message} kind="warn">
          {message}
        </Notice>
      ))}
      <p className="muted">
        {method}
        {methodReason === null ? '' : `. ${methodReason}`}{' '}
        {background === null ? '' : `Background: ${background}. `}
        {rows} rows in {(tookMs / 1_000).toFixed(1)} s.
      </p>
      {explanation.notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
    </>
  );
}

function shown(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(5)));
}
