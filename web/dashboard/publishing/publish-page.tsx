import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Icon } from '../components/icon.js';
import { formatBytes } from '../formats/numbers.js';
import { PublishVersion } from '../__generated__/publishing.js';
import { modelOf, modelPath, playgroundPath, versionPath } from '../paths.js';
import { PageHead } from '../shell/page.js';
import { DeployStep } from './deploy-step.js';
import { DeploymentWatch } from './deployment-watch.js';
import { ModelStep } from './model-step.js';
import { PublishStep } from './publish-step.js';
import { UploadStep } from './upload-step.js';
import './publishing.css';

/** What has been done so far; it stands in the address, so that a page that was closed goes on where it was. */
interface Progress {
  readonly digest: string | null;
  readonly size: string | null;
  readonly file: string | null;
  readonly model: string | null;
  readonly version: string | null;
  readonly deployment: string | null;
}

/** From a file to a deployment that answers, step by step. */
export default function PublishPage() {
  const [parameters, setParameters] = useSearchParams();
  const progress: Progress = {
    digest: parameters.get('digest'),
    size: parameters.get('size'),
    file: parameters.get('file'),
    model: parameters.get('model'),
    version: parameters.get('version'),
    deployment: parameters.get('deployment'),
  };
  const goOn = (done: Partial<Progress>) =>
    setParameters((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries(done)) {
        if (value == null) after.delete(name);
        else after.set(name, value);
      }
      return after;
    });
  return (
    <>
      <PageHead
        title={progress.version === null ? 'Publish a model' : 'Deploy a version'}
        lead="A file becomes a version of a model, and a version a deployment that answers."
        query={PublishVersion}
        variables={{ input: { model: progress.model ?? '', artifact: { digest: progress.digest ?? '' } } }}
      />
      <ol className="steps">
        <Steps progress={progress} goOn={goOn} />
      </ol>
    </>
  );
}

function Steps({
  progress,
  goOn,
}: {
  readonly progress: Progress;
  readonly goOn: (done: Partial<Progress>) => void;
}) {
  const { digest, size, file, model, version, deployment } = progress;
  const current =
    version === null ? (digest === null ? 1 : model === null ? 2 : 3) : deployment === null ? 4 : 5;
  return (
    <>
      {version === null && (
        <>
          <Step
            number={1}
            title="The file"
            current={current}
            summary={
              digest !== null && (
                <>
                  {file ?? 'uploaded'} {size !== null && formatBytes(size)}{' '}
                  <span className="mono">{digest.slice(0, 19)}…</span>
                </>
              )
            }
          >
            <UploadStep onUploaded={(sent) => goOn(sent)} />
          </Step>
          <Step number={2} title="The model" current={current} summary={model}>
            <ModelStep onChosen={(name) => goOn({ model: name })} />
          </Step>
        </>
      )}
      <Step
        number={3}
        title="The version"
        current={current}
        summary={
          version !== null && (
            <Link href={versionPath({ ref: version, number: Number(version.split('@')[1] ?? 0) })}>
              {version}
            </Link>
          )
        }
      >
        {digest !== null && model !== null && (
          <PublishStep
            digest={digest}
            model={model}
            onPublished={(ref) => goOn({ version: ref, digest: null, size: null, file: null })}
          />
        )}
      </Step>
      <Step number={4} title="The deployment" current={current} summary={deployment}>
        {version !== null && (
          <DeployStep version={version} onDeployed={(name) => goOn({ deployment: name })} />
        )}
      </Step>
      {deployment !== null && (
        <li className="panel panel-body step">
          <DeploymentWatch name={deployment} />
          {version !== null && (
            <p className="row">
              <Link className="button" href={playgroundPath(version)}>
                <Icon name="playground" /> Try it
              </Link>
              <Link href={modelPath(modelOf(version))}>To the model</Link>
            </p>
          )}
        </li>
      )}
    </>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly current: number;
  /** What came of it, once it is done. */
  readonly summary: ReactNode;
  readonly children: ReactNode;
}

function Step({ number, title, current, summary, children }: StepProps) {
  const state = number < current ? 'done' : number === current ? 'current' : 'next';
  return (
    <li
      className={`panel panel-body step ${state}`}
      {...(state === 'current' && { 'aria-current': 'step' as const })}
    >
      <div className="row">
        <span className="step-mark">{state === 'done' ? <Icon name="check" /> : number}</span>
        <h2>{title}</h2>
        {state === 'done' && <span>{summary}</span>}
      </div>
      {state === 'current' && children}
    </li>
  );
}
