import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { refusal, succeed } from './support/ask.js';

const PREDICT = `mutation ($input: PredictInput!) { predict(input: $input) {
  predictions { value unit results { name value unit } error { code } } userErrors { field code message } } }`;

describe.each(anyDatabaseKind)('units of answers, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
  });
  afterAll(() => app.close());
  const ask = (units?: unknown) => ({
    input: { version: 'binding-energy@2', instances: [{ z: 26, n: 30 }], units },
  });

  it('are converted where that is asked for', async () => {
    const answer = async (units?: unknown) => {
      const { predictions } = await succeed<{ predictions: readonly { value: number; unit: string }[] }>(
        app,
        PREDICT,
        ask(units),
      );
      return predictions[0];
    };
    const [plain, keV] = [await answer(), await answer('keV')];
    expect(plain).toMatchObject({ unit: 'MeV' });
    expect(keV?.unit).toBe('keV');
    expect((keV?.value ?? 0) / (plain?.value ?? 1)).toBeCloseTo(1000, 6);
  });

  it('are refused where they cannot be, naming both dimensions', async () => {
    expect(await refusal(app, PREDICT, ask('K'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['units'],
      message: expect.stringMatching(/an energy.*a temperature/),
    });
    expect(await refusal(app, PREDICT, ask({ nothing: 'J' }))).toMatchObject({ field: ['units', 'nothing'] });
  });
});
