import { ScrollTable } from '../../../components/scroll-table.js';
import { formatCount } from '../../../formats/numbers.js';

interface ConfusionProps {
  readonly classes: readonly string[];
  /** Rows are what was measured, columns what was predicted. */
  readonly counts: readonly (readonly number[])[];
}

/** Which class was taken for which. */
export function Confusion({ classes, counts }: ConfusionProps) {
  return (
    <ScrollTable isDense label="What was measured, by row, and predicted, by column">
      <thead>
        <tr>
          <th scope="col">Measured</th>
          {classes.map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {classes.map((name, row) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {classes.map((other, column) => (
              <td key={other} className="number">
                {row === column ? (
                  <b>{formatCount(counts[row]?.[column])}</b>
                ) : (
                  formatCount(counts[row]?.[column])
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
