import { Link } from 'wouter';
import type { JobRowFragment } from '../__generated__/operations.js';
import { saveFile } from '../api/save-file.js';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';
import { formatBytes, formatCount } from '../formats/numbers.js';
import { versionPath } from '../paths.js';

/** What `startArtifactVerification` finds, as far as it is shown. */
interface Verification {
  readonly artifacts: number;
  readonly bytes: number | string;
  readonly sound: number;
  readonly damagedCount: number;
  readonly missingCount: number;
  readonly unreadableCount: number;
}

/** What a job found, in a sentence where its kind is known, and to download. */
export function JobResult({ job }: { readonly job: JobRowFragment }) {
  return (
    <div className="row">
      {job.kind === 'VERIFY_ARTIFACTS' && <VerificationResult result={job.result as Verification} />}
      {job.kind === 'BATCH_PREDICTION' && isFileResult(job.result) && <FileResult result={job.result} />}
      {job.kind === 'EVALUATE_VERSION' && isEvaluation(job.result) && (
        <EvaluationResult result={job.result} />
      )}
      {job.kind === 'OPTIMIZE_VERSION' && isOptimization(job.result) && (
        <OptimizationResult result={job.result} />
      )}
      {job.resultUrl !== null && (
        <Button small onPress={() => void saveFile(job.resultUrl ?? '', 'result.json')}>
          Download the result
        </Button>
      )}
    </div>
  );
}

/** What `startBatchPrediction` finds, as far as it is shown. */
interface Answered {
  readonly version: string;
  readonly rows: number;
  readonly failed: number;
}

function isFileResult(result: unknown): result is Answered {
  return typeof result === 'object' && result !== null && 'rows' in result && 'failed' in result;
}

function FileResult({ result: { version, rows, failed } }: { readonly result: Answered }) {
  return (
    <Notice kind={failed === 0 ? 'good' : 'warn'}>
      {`${version} answered ${formatCount(rows - failed)} of ${formatCount(rows)} rows. ${failed === 0 ? '' : 'The others say why in the column error.'}`}
    </Notice>
  );
}

/** What `evaluateVersion` finds, as far as it is shown. */
interface Evaluated {
  readonly version: string;
  readonly dataset: string;
  readonly used: number;
  readonly metrics: readonly {
    readonly name: string;
    readonly value: number;
    readonly unit: string | null;
  }[];
}

function isEvaluation(result: unknown): result is Evaluated {
  return (
    typeof result === 'object' && result !== null && 'metrics' in result && Array.isArray(result.metrics)
  );
}

function EvaluationResult({ result: { version, dataset, used, metrics } }: { readonly result: Evaluated }) {
  const text = metrics
    .map(({ name, value, unit }) => `${name} ${value.toPrecision(4)}${unit === null ? '' : ` ${unit}`}`)
    .join(', ');
  return <Notice kind="good">{`${version} on ${formatCount(used)} rows of ${dataset}: ${text}.`}</Notice>;
}

/** What `optimizeVersion` finds, as far as it is shown. */
interface Optimized {
  readonly version: string | null;
  readonly why: string;
}

function isOptimization(result: unknown): result is Optimized {
  return typeof result === 'object' && result !== null && 'why' in result && 'version' in result;
}

function OptimizationResult({ result: { version, why } }: { readonly result: Optimized }) {
  return (
    <div>
      <Notice kind={version === null ? 'warn' : 'good'}>{why}</Notice>
      {version !== null && (
        <Link href={versionPath({ ref: version, number: Number(version.split('@')[1]) })}>{version}</Link>
      )}
    </div>
  );
}

function VerificationResult({ result }: { readonly result: Verification }) {
  const { artifacts, bytes, sound, damagedCount, missingCount, unreadableCount } = result;
  const isSound = sound === artifacts;
  return (
    <Notice kind={isSound ? 'good' : 'bad'}>
      {isSound
        ? `All ${formatCount(artifacts)} artifacts (${formatBytes(bytes)}) are as they were stored.`
        : `Of ${formatCount(artifacts)} artifacts ${formatCount(damagedCount)} are damaged, ${formatCount(missingCount)} missing and ${formatCount(unreadableCount)} unreadable. Send the same files again to mend them.`}
    </Notice>
  );
}
