import type { VersionDetailsQuery } from '../../__generated__/operations.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatWhole } from '../../formats/numbers.js';
import { Part } from './part.js';

type Conversion = NonNullable<NonNullable<VersionDetailsQuery['version']>['conversion']>;

/** What the version was made of, and how far its numbers are from those of the model. */
export function ConversionPart({ conversion }: { readonly conversion: Conversion }) {
  const { about, converter, tools, proof, source, warnings } = conversion;
  const { sample, tolerance } = proof;
  const rows = `${formatWhole(sample.rows)} ${sample.source === 'GIVEN' ? 'given' : 'made-up'} ${sample.rows === 1 ? 'row' : 'rows'}`;
  return (
    <Part title="Conversion">
      <p>
        From {about}, by {[converter, ...tools].map(({ name, version }) => `${name} ${version}`).join(', ')}.{' '}
        <a href={source.url} download>
          The model as it was sent
        </a>
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="muted">
          {warning}
        </p>
      ))}
      <p className="muted">
        The model and the graph were asked {rows}, and agree within {tolerance} relative.
      </p>
      <ScrollTable label="Differences from the model">
        <thead>
          <tr>
            <th scope="col">Output</th>
            <th scope="col">Largest difference</th>
            <th scope="col">Relative</th>
            <th scope="col">Relative, on this server</th>
          </tr>
        </thead>
        <tbody>
          {proof.converter.map(({ name, largest, largestRelative }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>{distance(largest)}</td>
              <td>{distance(largestRelative)}</td>
              <td>{distance(proof.server.find((other) => other.name === name)?.largestRelative ?? null)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </Part>
  );
}

/** Null of labels and whole numbers, which have to be equal. */
function distance(value: number | null): string {
  return value === null ? 'equal' : value.toPrecision(2);
}
