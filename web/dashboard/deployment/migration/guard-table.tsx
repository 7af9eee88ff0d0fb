import type { GuardVerdict, MigrationDetailsFragment } from '../../__generated__/operations.js';
import { Badge, type Tone } from '../../components/badge.js';
import type { IconName } from '../../components/icon.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatCount, formatShare } from '../../formats/numbers.js';
import { GUARD_NAMES, guardValue } from './migration-words.js';

const VERDICTS: Readonly<Record<GuardVerdict, readonly [Tone, IconName, string]>> = {
  PASS: ['good', 'checked', 'Within its limit'],
  FAIL: ['bad', 'failed', 'Beyond its limit'],
  UNDECIDED: ['idle', 'clock', 'Undecided'],
};

/** What each guard found, on how much evidence. */
export function GuardTable({ guards }: { readonly guards: MigrationDetailsFragment['guards'] }) {
  return (
    <ScrollTable label="Guards">
      <thead>
        <tr>
          <th scope="col">Guard</th>
          <th scope="col">Verdict</th>
          <th scope="col" className="number">
            Measured
          </th>
          <th scope="col" className="number">
            Allowed
          </th>
          <th scope="col" className="number">
            Requests, old and new
          </th>
          <th scope="col" className="number">
            Confidence
          </th>
          <th scope="col">Finding</th>
        </tr>
      </thead>
      <tbody>
        {guards.map((report) => {
          const [tone, icon, word] = VERDICTS[report.verdict];
          return (
            <tr key={report.guard}>
              <th scope="row">{GUARD_NAMES[report.guard]}</th>
              <td>
                <Badge tone={tone} icon={icon}>
                  {word}
                </Badge>
              </td>
              <td className="number">{guardValue(report.guard, report.measured)}</td>
              <td className="number">{guardValue(report.guard, report.limit)}</td>
              <td className="number">
                {formatCount(report.baseSamples)} / {formatCount(report.candidateSamples)}
              </td>
              <td className="number">{formatShare(report.confidence)}</td>
              <td className="finding">{report.detail}</td>
            </tr>
          );
        })}
      </tbody>
    </ScrollTable>
  );
}
