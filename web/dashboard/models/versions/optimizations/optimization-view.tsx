import type { FiguresShownFragment, OptimizationShownFragment } from '../../../__generated__/operations.js';
import { Badge, type Tone } from '../../../components/badge.js';
import type { IconName } from '../../../components/icon.js';
import { ScrollTable } from '../../../components/scroll-table.js';
import { formatBytes, formatMs, formatNumber, NOTHING } from '../../../formats/numbers.js';
import { svgAddress } from '../../../molecules/svg-address.js';

type Candidate = OptimizationShownFragment['candidates'][number];
type Verdict = NonNullable<Candidate['advice']>['verdict'];

const VERDICTS: Readonly<Record<Verdict, readonly [Tone, IconName, string]>> = {
  RECOMMENDED: ['good', 'checked', 'Recommended'],
  TRADE_OFF: ['warn', 'warning', 'Gains and loses'],
  NOT_RECOMMENDED: ['bad', 'failed', 'Not recommended'],
};

/** What was tried to make a version smaller or faster, and what was measured of it beside the original. */
export function OptimizationView({ optimization }: { readonly optimization: OptimizationShownFragment }) {
  const { candidates, chosen, machine, original, originVersion, plot, sample } = optimization;
  const told =
    candidates.find(({ name }) => name === chosen?.name) ??
    (candidates.length === 1 ? candidates[0] : undefined);
  return (
    <>
      <p className="muted">
        {sample.description}; {sample.calibrationRows} rows to work on, {sample.measuredRows} others to
        measure on. Measured by turns on {machine.processor}, {machine.cores} cores, {machine.threads} for
        each graph.
      </p>
      {told?.advice && (
        <ul>
          {[...told.advice.reasons, ...told.notes].map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <ScrollTable label="The original and what was made of it">
        <thead>
          <tr>
            <th scope="col">Candidate</th>
            <th scope="col">File</th>
            <th scope="col">Memory</th>
            <th scope="col">1 row</th>
            <th scope="col">32 rows</th>
            <th scope="col">Metric</th>
            <th scope="col">Worse by</th>
            <th scope="col">Answers differ by</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{originVersion}</th>
            <FigureCells figures={original} speedups={[]} />
            <td>{NOTHING}</td>
            <td>{NOTHING}</td>
            <td />
          </tr>
          {candidates.map((candidate) => (
            <CandidateRow
              key={candidate.name}
              candidate={candidate}
              isChosen={candidate.name === chosen?.name}
            />
          ))}
        </tbody>
      </ScrollTable>
      {candidates.length > 1 && (
        <img
          src={svgAddress(plot)}
          width={720}
          height={420}
          alt={`What was tried, by speed and by what is lost: ${candidates
            .filter(({ onFront }) => onFront)
            .map(({ name }) => name)
            .join(
              ', ',
            )} ${candidates.filter(({ onFront }) => onFront).length === 1 ? 'is' : 'are'} on the front.`}
        />
      )}
    </>
  );
}

function CandidateRow({
  candidate,
  isChosen,
}: {
  readonly candidate: Candidate;
  readonly isChosen: boolean;
}) {
  const { advice, differences, error, figures, loss, name, onFront, speedups } = candidate;
  const marks = [isChosen ? 'published' : '', onFront ? 'on the front' : ''].filter((mark) => mark !== '');
  const heading = (
    <th scope="row">
      {name}
      {marks.length > 0 && <div className="muted">{marks.join(', ')}</div>}
    </th>
  );
  if (figures === null)
    return (
      <tr>
        {heading}
        <td colSpan={8}>{error}</td>
      </tr>
    );
  const [tone, icon, word] = VERDICTS[advice?.verdict ?? 'NOT_RECOMMENDED'];
  return (
    <tr>
      {heading}
      <FigureCells figures={figures} speedups={speedups} />
      <td>
        {loss === null ? NOTHING : formatNumber(loss.value)}
        {loss?.low != null && loss.high !== null && (
          <div className="muted">
            {formatNumber(loss.low)} to {formatNumber(loss.high)}
          </div>
        )}
      </td>
      <td>{formatNumber(Math.max(0, ...differences.map(({ mean }) => mean ?? 0)))}</td>
      <td>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      </td>
    </tr>
  );
}

function FigureCells({
  figures: { bytes, latencies, memoryBytes, metrics },
  speedups,
}: {
  readonly figures: FiguresShownFragment;
  readonly speedups: Candidate['speedups'];
}) {
  const [metric] = metrics;
  return (
    <>
      <td>{formatBytes(bytes)}</td>
      <td>{formatBytes(memoryBytes)}</td>
      {[1, 32].map((rows) => {
        const found = latencies.find((each) => each.rows === rows);
        const speedup = speedups.find((each) => each.rows === rows);
        return (
          <td key={rows}>
            {formatMs(found?.medianMs)}
            {speedup && <div className="muted">{formatNumber(speedup.factor)} times as fast</div>}
            {(found?.executions ?? 1) > 1 && <div className="muted">{found?.executions} runs</div>}
          </td>
        );
      })}
      <td>
        {metric === undefined ? NOTHING : `${metric.name} ${formatNumber(metric.value)}`}
        {metric?.low != null && metric.high !== null && (
          <div className="muted">
            {formatNumber(metric.low)} to {formatNumber(metric.high)}
          </div>
        )}
      </td>
    </>
  );
}
