import type { JobRowFragment } from '../__generated__/operations.js';
import { serverAddress } from '../api/address.js';
import { authorization } from '../api/session.js';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';
import { formatBytes, formatCount } from '../formats/numbers.js';

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
      {job.resultUrl !== null && (
        <Button small onPress={() => void download(job.resultUrl ?? '')}>
          Download the result
        </Button>
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

/** By a request with the key, which a link cannot send. */
async function download(path: string): Promise<void> {
  const response = await fetch(new URL(path.replace(/^\//, ''), serverAddress), { headers: authorization() });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'result.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
