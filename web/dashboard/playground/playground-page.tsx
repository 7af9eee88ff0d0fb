import { Link, useLocation } from 'wouter';
import { useLiveQuery } from '../api/live-query.js';
import { Choices } from '../components/choices.js';
import { SelectField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { PlaygroundVersion, Predict } from '../__generated__/playground.js';
import type { PlaygroundVersionQuery } from '../__generated__/operations.js';
import type { PageProps } from '../pages.js';
import { decoded, modelPath, playgroundPath, versionPath } from '../paths.js';
import { useVersionNames } from '../models/use-version-names.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { OneInstance } from './one-instance.js';
import { playgroundPipeline } from './pipeline.js';
import { ManyInstances } from './many-instances.js';
import { TensorRun } from './tensors/tensor-run.js';
import './playground.css';

export type PlayedVersion = NonNullable<PlaygroundVersionQuery['version']> & {
  /** What an instance is written with. */
  readonly fields: PlaygroundVersionQuery['previewPipeline']['fields'];
};

/** Asks one version its question, in the way its pipeline declares. */
export default function PlaygroundPage({ params }: PageProps) {
  const ref = decoded(params.ref);
  const { data, error, isLoading, refresh } = useLiveQuery(PlaygroundVersion, { ref });
  const version = data?.version && { ...data.version, fields: data.previewPipeline.fields };
  return (
    <>
      <PageHead
        title={version ? `Playground: ${version.model.title}` : 'Playground'}
        lead={version ? <Lead version={version} /> : undefined}
        query={Predict}
        variables={{
          input: { version: ref, instances: version?.examples.map(({ instance }) => instance) ?? [] },
        }}
        actions={version && <VersionChoice version={version} />}
      />
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={6} />}
      {version === null && (
        <Notice kind="warn">
          There is no version {ref}. <Link href="/playground">Choose another</Link>
        </Notice>
      )}
      {version && <Played key={version.id} version={version} />}
    </>
  );
}

type Mode = 'one' | 'rows' | 'tensors';

const MODES = [
  { value: 'one', label: 'One' },
  { value: 'rows', label: 'Many' },
  { value: 'tensors', label: 'Tensors' },
] as const;

function Played({ version }: { readonly version: PlayedVersion }) {
  const pipeline = playgroundPipeline(version.pipeline);
  const [mode, setMode] = useUrlState<Mode>('mode', 'one');
  return (
    <>
      <div>
        <Choices
          label="What to send"
          options={MODES}
          value={mode}
          onChange={(value) => setMode(value as Mode)}
        />
      </div>
      {version.pipeline === null && (
        <Notice kind="info">
          {version.ref} declares no pipeline: it takes the values of its tensors, in units that its publisher
          has not said.
        </Notice>
      )}
      {mode === 'one' && <OneInstance version={version} pipeline={pipeline} />}
      {mode === 'rows' && <ManyInstances version={version} pipeline={pipeline} />}
      {mode === 'tensors' && <TensorRun version={version} />}
    </>
  );
}

function Lead({ version }: { readonly version: PlayedVersion }) {
  return (
    <>
      <Link href={versionPath(version)}>{version.ref}</Link> of{' '}
      <Link href={modelPath(version.model.name)}>{version.model.name}</Link>
    </>
  );
}

function VersionChoice({ version }: { readonly version: PlayedVersion }) {
  const [, navigate] = useLocation();
  const { versions } = useVersionNames(version.model.name);
  if (versions.length < 2) return null;
  return (
    <SelectField
      label="Version"
      value={version.ref}
      onChange={(next) => navigate(`${playgroundPath(next)}${location.search}`)}
      options={versions.map(({ ref }) => ({ value: ref, label: ref }))}
    />
  );
}
