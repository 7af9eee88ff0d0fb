import type { CompareAnswersQuery } from '../../__generated__/operations.js';
import { formatNumber } from '../../formats/numbers.js';
import { MoleculePicture } from '../../molecules/molecule-picture.js';
import { instanceLabel, moleculeTextOf } from '../../molecules/molecule-text.js';

type Row = NonNullable<
  CompareAnswersQuery['compareVersions']['outputs']['outputs'][number]['differences']
>['rows'][number];

interface DifferingRowsProps {
  /** Of the output. */
  readonly name: string;
  /** Behind a number, with a blank before it; empty for none. */
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly areMolecules: boolean;
}

/** The rows in which two versions differ most, as pictures where they are molecules. */
export function DifferingRows({ name, unit, rows, areMolecules }: DifferingRowsProps) {
  return (
    <>
      <h4>The rows that differ most</h4>
      <ol className="differing-rows" aria-label={`Rows in which ${name} differs most`}>
        {rows.map(({ row, instance, origin, base, target, expected, absolute, element }) => {
          const molecule = areMolecules ? moleculeTextOf(instance) : null;
          const label = instance === null ? `row ${row}` : instanceLabel(instance);
          return (
            <li key={`${row} ${element}`} className="differing-row">
              {molecule !== null && (
                <MoleculePicture molecule={molecule} name={label} width={180} height={120} />
              )}
              <p className="mono instance">{label}</p>
              {origin !== null && <p className="muted">{origin}</p>}
              <p className="number">
                {shown(base)} → {shown(target)}
                {unit}
              </p>
              <p className="muted number">
                {absolute !== null && `differs by ${formatNumber(absolute)}`}
                {expected !== null && `; expected ${shown(expected)}`}
              </p>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function shown(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : String(value);
}
