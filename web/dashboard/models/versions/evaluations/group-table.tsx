import { ScrollTable } from '../../../components/scroll-table.js';
import { formatCount, formatNumber } from '../../../formats/numbers.js';
import type { Group } from './report-of.js';

/** The same metrics for each group of the rows. */
export function GroupTable({ groups }: { readonly groups: readonly Group[] }) {
  const names = [...new Set(groups.flatMap(({ metrics }) => Object.keys(metrics)))];
  return (
    <ScrollTable isDense label="Metrics by group">
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col" className="number">
            Rows
          </th>
          {names.map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map(({ group, rows, metrics }) => (
          <tr key={group}>
            <th scope="row">{group}</th>
            <td className="number">{formatCount(rows)}</td>
            {names.map((name) => (
              <td key={name} className="number">
                {formatNumber(metrics[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
