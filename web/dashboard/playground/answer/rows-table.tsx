import { useState } from 'react';
import { Button } from '../../components/button.js';
import { Icon } from '../../components/icon.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { MoleculePicture } from '../../molecules/molecule-picture.js';
import { instanceLabel } from '../../molecules/molecule-text.js';
import type { PredictAnswer } from '../use-prediction.js';
import { intervalText } from './interval-text.js';
import { predictionsCsv } from './predictions-csv.js';
import { resultValue } from './result-value.js';

interface RowsTableProps {
  /** Of the version, for the file's name. */
  readonly name: string;
  readonly instances: readonly unknown[];
  readonly predictions: PredictAnswer['predictions'];
  /** What is drawn of an instance; null for nothing. */
  readonly moleculeOf: (instance: unknown) => string | null;
}

const PAGE = 25;

/** One row for each instance: what was asked, and the answer or what is wrong with it. */
export function RowsTable({ name, instances, predictions, moleculeOf }: RowsTableProps) {
  const [page, setPage] = useState(0);
  const failed = predictions.filter(({ error }) => error !== null).length;
  const from = page * PAGE;
  const pages = Math.ceil(predictions.length / PAGE);
  return (
    <>
      <div className="row">
        <span>
          {predictions.length - failed} of {predictions.length} rows have an answer.
        </span>
        <Button small onPress={() => download(`${name}.csv`, predictionsCsv(instances, predictions))}>
          <Icon name="down" />
          CSV
        </Button>
      </div>
      <ScrollTable isDense label="Answers by row">
        <thead>
          <tr>
            <th scope="col" className="number">
              Row
            </th>
            <th scope="col">Instance</th>
            <th scope="col" className="number">
              Answer
            </th>
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        <tbody>
          {predictions
            .slice(from, from + PAGE)
            .map(({ value, unit, results, domain, warnings, error }, index) => {
              const instance = instances[from + index];
              const molecule = error === null ? moleculeOf(instance) : null;
              const label = instanceLabel(instance);
              return (
                <tr key={from + index}>
                  <td className="number">{from + index + 1}</td>
                  <th scope="row">
                    {molecule !== null && (
                      <MoleculePicture molecule={molecule} name={label} width={120} height={80} />
                    )}
                    <div className="mono instance">{label}</div>
                  </th>
                  <td className="number">
                    {error === null && (
                      <>
                        <b>{resultValue(value).text}</b> {unit !== null && unit !== '1' && unit}
                        {results.map(
                          ({ name: result, interval, set }) =>
                            (interval ?? set) && (
                              <div key={result} className="muted">
                                {interval ? intervalText(interval) : `one of ${(set ?? []).join(', ')}`}
                              </div>
                            ),
                        )}
                      </>
                    )}
                  </td>
                  <td>
                    {domain?.inside === true && <span className="muted">inside the domain</span>}
                    {error !== null && (
                      <span className="fault">
                        <Icon name="failed" /> {error.message}
                      </span>
                    )}
                    {warnings.map(({ kind, message }) => (
                      <div key={kind + message} className="doubt">
                        <Icon name="warning" /> {message}
                      </div>
                    ))}
                  </td>
                </tr>
              );
            })}
        </tbody>
      </ScrollTable>
      {pages > 1 && (
        <nav className="row" aria-label="Pages of rows">
          <Button small isDisabled={page === 0} onPress={() => setPage(page - 1)}>
            Before
          </Button>
          <span>
            Rows {from + 1} to {Math.min(from + PAGE, predictions.length)} of {predictions.length}
          </span>
          <Button small isDisabled={page === pages - 1} onPress={() => setPage(page + 1)}>
            Next
          </Button>
        </nav>
      )}
    </>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
