import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { DeploymentDirectory } from '../../../src/monitoring/metrics/live/deployment-directory.js';

type Parts = ConstructorParameters<typeof DeploymentDirectory>[0];
type Listener = Parameters<Parts['events']['onCommitted']>[0];

/** A directory of no deployments, and what tells it of events. */
function directory(): { directory: DeploymentDirectory; tell: (kind: string, id: string) => void } {
  const listeners: Listener[] = [];
  const parts = {
    deployments: {},
    events: { onCommitted: (listener: Listener) => listeners.push(listener), onMissed: () => undefined },
    logger: pino({ level: 'silent' }),
  } as unknown as Parts;
  return {
    directory: new DeploymentDirectory(parts, () => undefined),
    tell: (kind, id) => {
      const event = { kind, deployment: { id, name: 'esol' } } as unknown as Parameters<Listener>[0];
      for (const listener of listeners) listener(event);
    },
  };
}

describe('DeploymentDirectory', () => {
  it('keeps a deployment though requests to one of the same name before it are told of later', () => {
    const { directory: known, tell } = directory();
    tell('DEPLOYMENT_STATE_CHANGED', 'first');
    expect(known.find('esol')?.id).toBe('first');
    // Deleted with its model, and there is another; requests are gathered for a second before they are written.
    tell('DEPLOYMENT_STATE_CHANGED', 'second');
    tell('REQUESTS_SERVED', 'first');
    tell('REQUEST_FAILED', 'first');
    expect(known.find('esol')?.id).toBe('second');
  });
});
