import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useLiveQuery } from '../../api/live-query.js';
import { Code } from '../../components/code.js';
import { Icon } from '../../components/icon.js';
import { Notice } from '../../components/notice.js';
import { QueryError } from '../../components/query-error.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Skeleton } from '../../components/skeleton.js';
import { Time } from '../../components/time.js';
import { VersionDetails } from '../../__generated__/model.js';
import type { TensorRowFragment, VersionDetailsQuery } from '../../__generated__/operations.js';
import { formatBytes, formatWhole } from '../../formats/numbers.js';
import { instanceLabel } from '../../molecules/molecule-text.js';
import { modelPath, playgroundPath, versionPath, publishPath } from '../../paths.js';
import { Attachments } from './attachments.js';
import { ConversionPart } from './conversion.js';
import { EvaluationsSection } from './evaluations/evaluations-section.js';
import { OptimizationSection } from './optimizations/optimization-section.js';
import { ReportSection } from './report-section.js';
import { Part } from './part.js';
import { MetricsTable } from '../metrics/metrics-table.js';
import { CardMarkdown } from '../card/markdown.js';

type Version = NonNullable<VersionDetailsQuery['version']>;

/** Everything that was said of one version when it was published. */
export function VersionPage({ modelRef }: { readonly modelRef: string }) {
  const { data, error, isLoading, refresh } = useLiveQuery(VersionDetails, { ref: modelRef });
  const version = data?.version;
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={6} />}
      {version === null && <Notice kind="warn">There is no version {modelRef}.</Notice>}
      {version && (
        <>
          <div className="row">
            <h2>{version.ref}</h2>
            {version.aliases.map(({ name }) => (
              <span key={name} className="badge info">
                {name}
              </span>
            ))}
            {version.tags.map(({ name }) => (
              <span key={name} className="badge">
                {name}
              </span>
            ))}
            <span className="muted">
              published <Time at={version.createdAt} /> by {version.createdBy}
            </span>
          </div>
          <div className="row">
            <Link className="button small" href={playgroundPath(version.ref)}>
              <Icon name="playground" /> Try
            </Link>
            <Link className="button small" href={publishPath({ version: version.ref })}>
              <Icon name="play" /> Deploy
            </Link>
            <Link href={modelPath(version.model.name, 'versions')}>All versions</Link>
          </div>
          {version.artifact.damagedAt !== null && (
            <Notice kind="bad">
              The stored bytes were found damaged. Sending the same file again under “Publish a model” mends
              them.
            </Notice>
          )}
          <div className="grid-2">
            <Part title="Signature">
              <Signature signature={version.signature} />
              {version.rewrites.map(({ description }) => (
                <p key={description} className="muted">
                  {description}
                </p>
              ))}
            </Part>
            <Part title="Artifact">
              <Artifact artifact={version.artifact} />
            </Part>
            <Attachments version={version} />
            {version.conversion !== null && <ConversionPart conversion={version.conversion} />}
            {version.metrics.length > 0 && (
              <Part title="Metrics">
                <MetricsTable versions={[version]} />
              </Part>
            )}
            <Origin version={version} />
            <Part title="Cite">
              <Code label="BibTeX" code={version.citation.bibtex} />
            </Part>
            {version.examples.length > 0 && (
              <Part title="Examples">
                <ul className="stack">
                  {version.examples.map(({ name, description, instance }) => (
                    <li key={`${name ?? ''}${JSON.stringify(instance)}`}>
                      {instance === null ? (
                        (name ?? 'tensors')
                      ) : (
                        <Link href={`${playgroundPath(version.ref)}?${instanceQuery(instance)}`}>
                          {name ?? instanceLabel(instance)}
                        </Link>
                      )}
                      {description !== null && <span className="muted"> {description}</span>}
                    </li>
                  ))}
                </ul>
              </Part>
            )}
          </div>
          <EvaluationsSection key={version.id} version={version.ref} />
          <OptimizationSection key={`optimization of ${version.id}`} version={version.ref} />
          <ReportSection version={version.ref} />
          {version.notes !== '' && (
            <Part title="Notes">
              <CardMarkdown text={version.notes} />
            </Part>
          )}
          {version.pipeline !== null && (
            <Part title="Pipeline">
              <details>
                <summary>As it is declared</summary>
                <Code label="Pipeline" code={JSON.stringify(version.pipeline, null, 2)} />
              </details>
            </Part>
          )}
        </>
      )}
    </>
  );
}

function instanceQuery(instance: unknown): string {
  return new URLSearchParams({
    instance: typeof instance === 'string' ? instance : JSON.stringify(instance),
  }).toString();
}

export function Signature({ signature }: { readonly signature: Version['signature'] }) {
  const sides: readonly (readonly [string, readonly TensorRowFragment[]])[] = [
    ['in', signature.inputs],
    ['out', signature.outputs],
  ];
  return (
    <ScrollTable label="Tensors">
      <thead>
        <tr>
          <th scope="col">Tensor</th>
          <th scope="col">Type</th>
          <th scope="col">Unit</th>
        </tr>
      </thead>
      <tbody>
        {sides.flatMap(([side, tensors]) =>
          tensors.map(({ name, datatype, shape, ranked, unit, description, optional }) => (
            <tr key={`${side} ${name}`}>
              <th scope="row">
                <span className="muted">{side}</span> <span className="mono">{name}</span>
                {optional && <span className="muted"> (may be left out)</span>}
                {description !== null && <div className="muted">{description}</div>}
              </th>
              <td className="mono">
                {datatype}{' '}
                {ranked ? `[${shape.map((extent) => (extent === -1 ? 'any' : extent)).join(', ')}]` : '[…]'}
              </td>
              <td>{unit ?? '–'}</td>
            </tr>
          )),
        )}
      </tbody>
    </ScrollTable>
  );
}

function Artifact({ artifact }: { readonly artifact: Version['artifact'] }) {
  const { digest, size, format, producer, opsets, operators, parameterCount, irVersion } = artifact;
  return (
    <dl className="facts">
      <dt>Digest</dt>
      <dd className="mono">
        <a href={`.${artifact.url}`} download>
          {digest}
        </a>
      </dd>
      <dt>Format</dt>
      <dd>
        {format}
        {irVersion !== null && `, IR ${irVersion}`}
        {producer !== null && `, written by ${producer}`}
      </dd>
      <dt>Size</dt>
      <dd>
        {formatBytes(size)}, {formatWhole(parameterCount)} parameters
      </dd>
      <dt>Operator sets</dt>
      <dd>{opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')}</dd>
      <dt>Operators</dt>
      <dd>{operators.map(({ operator, count }) => `${operator} × ${count}`).join(', ')}</dd>
    </dl>
  );
}

function Origin({ version }: { readonly version: Version }) {
  const { source, trainingData, environment, derivedFrom } = version;
  if (source === null && environment === null && trainingData.length === 0 && derivedFrom.length === 0)
    return null;
  return (
    <Part title="Origin">
      <dl className="facts">
        {derivedFrom.map(({ version: parent, relation }) => (
          <Fact key={parent.id} term={relation.toLowerCase().replaceAll('_', '-')}>
            from <Link href={versionPath(parent)}>{parent.ref}</Link>
          </Fact>
        ))}
        {source !== null && (
          <Fact term="Source">
            {[source.repository, source.commit, source.path, source.url]
              .filter((part) => part !== null)
              .join(' ')}
            {source.dirty === true && ' (with uncommitted changes)'}
          </Fact>
        )}
        {trainingData.map(({ name, split, url, digest }) => (
          <Fact key={name} term="Trained on">
            {[name, split, url, digest].filter((part) => part !== null).join(', ')}
          </Fact>
        ))}
        {environment !== null && (
          <Fact term="Made with">
            {[environment.runtime, environment.platform, environment.image]
              .filter((part) => part !== null)
              .join(', ')}
          </Fact>
        )}
      </dl>
    </Part>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}
