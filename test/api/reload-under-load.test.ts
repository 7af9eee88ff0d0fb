import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { PATIENT_MS, Callers, infer } from './support/serving-steps.js';

const FACTORS: Readonly<Record<string, number>> = { 'changing@1': 3, 'changing@2': 5 };
const SWITCHES = 6;

describe.each(['THREAD', 'PROCESS'])(
  'a deployment in a %s that changes its version under load',
  (isolation) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startTestApp({ kind: 'embedded' });
      await register(app, 'changing');
      for (const factor of Object.values(FACTORS)) await publish(app, 'changing', scalingModel(factor));
      await deploy(app, 'changing', 'changing@1', { waitMs: PATIENT_MS, runtime: { isolation } });
    });
    afterAll(() => app.close());

    it('fails no request, and each is answered wholly by the version it names', async () => {
      const versions = new Set<string>();
      const callers = new Callers(8, async (caller, request) => {
        const rows = 1 + (request % 3);
        const row = [caller, request, 1, -1];
        const data = Array.from({ length: rows }, () => row).flat();
        const outcome = await infer(app, {
          deployment: 'changing',
          inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 4], data }],
        });
        if (outcome.kind !== 'answered') throw new Error(`A request failed: ${JSON.stringify(outcome)}`);
        const factor = FACTORS[outcome.version];
        expect([outcome.version, outcome.data]).toEqual([
          outcome.version,
          data.map((value) => Math.fround(value * (factor ?? NaN))),
        ]);
        versions.add(outcome.version);
        return outcome;
      });
      try {
        for (let step = 0; step < SWITCHES; step += 1) {
          await callers.progress(20);
          const version = step % 2 === 0 ? 'changing@2' : 'changing@1';
          const deployed = await deploy(app, 'changing', version, {
            waitMs: PATIENT_MS,
            runtime: { isolation },
          });
          expect(deployed).toMatchObject({ state: 'READY', version: { ref: version } });
        }
        await callers.progress(20);
      } finally {
        await callers.stop();
      }
      expect([...versions].sort()).toEqual(['changing@1', 'changing@2']);
      expect(callers.refusals).toEqual([]);
    });
  },
);
