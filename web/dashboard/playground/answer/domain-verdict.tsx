import { Badge } from '../../components/badge.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatNumber } from '../../formats/numbers.js';
import { instanceLabel, moleculeTextOf } from '../../molecules/molecule-text.js';
import { MoleculePicture } from '../../molecules/molecule-picture.js';
import type { PredictAnswer } from '../use-prediction.js';
import { resultValue } from './result-value.js';

type Verdict = NonNullable<PredictAnswer['predictions'][number]['domain']>;

interface DomainVerdictProps {
  readonly verdict: Verdict;
  readonly areMolecules: boolean;
}

/** Whether the instance is like what the model was made for: by which measure, and how far. */
export function DomainVerdict({ verdict, areMolecules }: DomainVerdictProps) {
  const { inside, measures, nearest } = verdict;
  return (
    <section className="domain-verdict" aria-label="Applicability domain">
      <h3>
        Domain{' '}
        <Badge tone={inside ? 'good' : 'warn'} icon={inside ? 'checked' : 'warning'}>
          {inside ? 'Inside' : 'Outside'}
        </Badge>
      </h3>
      <p className="muted">
        {inside
          ? 'The model was made for instances like this one.'
          : 'The answer is an extrapolation: the interval need not hold.'}
      </p>
      <details open={!inside}>
        <summary>By {measures.length === 1 ? 'one measure' : `${measures.length} measures`}</summary>
        <ScrollTable isDense label="Measures of the domain">
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col" className="number">
                Limit
              </th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {measures.map(({ name, value, limit, inside: keeps, message }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{formatNumber(value)}</td>
                <td className="number">{formatNumber(limit)}</td>
                <td className={keeps ? '' : 'doubt'}>{message}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </details>
      {nearest.length > 0 && (
        <details>
          <summary>Nearest training rows</summary>
          <ul className="neighbours">
            {nearest.map(({ instance, measured, predicted, similarity }, place) => {
              const molecule = areMolecules ? moleculeTextOf(instance) : null;
              const label = instanceLabel(instance);
              return (
                <li key={`${place} ${label}`}>
                  {molecule !== null && (
                    <MoleculePicture molecule={molecule} name={label} width={120} height={80} />
                  )}
                  <div className="mono instance">{label}</div>
                  <div>
                    {measured !== null && `measured ${resultValue(measured).text}`}
                    {predicted !== null && `, predicted ${resultValue(predicted).text}`}
                  </div>
                  <div className="muted">similarity {formatNumber(similarity)}</div>
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </section>
  );
}
