import { DRIFT_VERDICTS } from '../deployment/drift/drift-words.js';
import { NOTHING } from '../formats/numbers.js';
import type { DriftOfVersion } from './use-fleet-drift.js';

/** Whether what a deployment is asked has drifted, in a word; nothing where it has no reference. */
export function DriftWord({ drift }: { readonly drift: DriftOfVersion | undefined }) {
  if (drift === undefined || drift.verdict === 'NOT_ENOUGH_DATA')
    return (
      <span className="muted" title={drift?.reason}>
        {drift?.referenceSource == null ? NOTHING : 'too few'}
      </span>
    );
  const [tone, , word] = DRIFT_VERDICTS[drift.verdict];
  return (
    <span className={`is-${tone}`} title={drift.reason}>
      {word}
    </span>
  );
}
