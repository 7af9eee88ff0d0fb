import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newRequestKey, predictionId, readPredictionId } from '../../src/predictions/index.js';

describe('the id of a prediction', () => {
  it('tells which deployment answered, and when', () => {
    const deploymentId = randomUUID();
    const at = Date.UTC(2026, 10, 29, 12, 0, 0, 123);
    expect(readPredictionId(predictionId(newRequestKey(deploymentId, at), 9_999))).toEqual({
      deploymentId,
      at: new Date(at),
    });
    expect(readPredictionId(predictionId(newRequestKey(null, at), 0))).toEqual({
      deploymentId: null,
      at: new Date(at),
    });
  });

  it('is another one each time', () => {
    const ids = Array.from({ length: 3_000 }, () => newRequestKey(null, 0));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    '',
    'esol',
    'A'.repeat(43),
    `${'A'.repeat(43)}.-1`,
    `${'A'.repeat(42)}.1`,
    `${'A'.repeat(43)}.1x`,
  ])('is not %j', (text) => expect(readPredictionId(text)).toBeNull());
});
