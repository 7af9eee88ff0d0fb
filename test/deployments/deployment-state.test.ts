import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  assertTransition,
  currentRevision,
  DEPLOYMENT_STATES,
  deploymentState,
  LEGAL_TRANSITIONS,
  type DeploymentState,
} from '../../src/deployments/deployment-state.js';

const revision = (number: number, state: DeploymentState, stateReason: string | null = null) => ({
  number,
  role: 'PRIMARY' as const,
  state,
  stateReason,
});

describe('deployment states', () => {
  it('allows exactly the transitions written down', () => {
    for (const from of DEPLOYMENT_STATES) {
      for (const to of DEPLOYMENT_STATES) {
        const attempt = () => assertTransition(from, to);
        if (LEGAL_TRANSITIONS[from].includes(to)) expect(attempt).not.toThrow();
        else expect(attempt).toThrow(`cannot go from ${from} to ${to}`);
      }
    }
  });

  it('leads from every state to a final one, and from no final state anywhere', () => {
    const final = DEPLOYMENT_STATES.filter((state) => LEGAL_TRANSITIONS[state].length === 0);
    expect(final).toEqual(['STOPPED']);
    const reachable = (from: DeploymentState, seen = new Set<DeploymentState>()): Set<DeploymentState> => {
      for (const to of LEGAL_TRANSITIONS[from]) if (!seen.has(to)) reachable(to, seen.add(to));
      return seen;
    };
    for (const state of DEPLOYMENT_STATES) {
      if (!final.includes(state)) expect([...reachable(state)].some((end) => final.includes(end))).toBe(true);
    }
  });

  it('stands for the revision that serves, else for the newest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...DEPLOYMENT_STATES), { minLength: 1, maxLength: 8 }),
        (states) => {
          const revisions = states.map((state, index) => revision(index + 1, state));
          const current = currentRevision(revisions);
          if (states.includes('READY')) expect(current.number).toBe(states.lastIndexOf('READY') + 1);
          else expect(current.number).toBe(states.length);
          expect(deploymentState(revisions).state).toBe(current.state);
        },
      ),
    );
  });

  it('says in the reason that a newer revision failed while an older one serves', () => {
    const { state, reason } = deploymentState([
      revision(1, 'READY'),
      revision(2, 'FAILED', 'the file is corrupt'),
    ]);
    expect(state).toBe('READY');
    expect(reason).toBe('Revision 2 failed, revision 1 keeps serving: the file is corrupt');
  });
});
