import { ROW_RULES, type RowProof } from '../../onnx/index.js';
import type { Inspection } from '../inspection/inspect-model.js';
import type { RemoteDescriptor } from './remote-descriptor.js';

/** Of whatever runs elsewhere: the version's publisher may declare what nothing here can prove. */
export const REMOTE_ROWS: RowProof = {
  rules: ROW_RULES,
  proven: false,
  reason: 'A remote engine shows nothing of its graph',
  tables: {},
};

/** What a descriptor says, in the place of what a file's graph says. */
export function remoteInspection({ target, signature }: RemoteDescriptor): Inspection {
  const { protocol, url, model, version, credentials } = target;
  return {
    signature,
    graph: {
      format: 'REMOTE',
      producer: null,
      irVersion: 0,
      opsets: [],
      metadata: {
        protocol,
        url,
        model,
        ...(version !== null && { version }),
        ...(credentials !== null && { credentials }),
      },
      metadataOmitted: 0,
      parameterCount: 0n,
      operators: {},
      externalData: [],
    },
    rewrites: [],
    derived: null,
    rowProof: REMOTE_ROWS,
  };
}
