import { REMOTE_PROTOCOLS, type RemoteTarget } from '../../runtime/index.js';
import type { ArtifactRecord } from '../catalog-records.js';

/** Where the model is that an artifact of format REMOTE stands for, as the artifact itself says; null for others. */
export function remoteOfArtifact({
  format,
  metadata,
}: Pick<ArtifactRecord, 'format' | 'metadata'>): RemoteTarget | null {
  const { protocol, url, model, version, credentials } = metadata;
  const known = REMOTE_PROTOCOLS.find((name) => name === protocol);
  if (format !== 'REMOTE' || known === undefined || url === undefined || model === undefined) return null;
  return { protocol: known, url, model, version: version ?? null, credentials: credentials ?? null };
}
