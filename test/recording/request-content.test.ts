import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestContent, requestText } from '../../src/recording/request-content.js';

const instances = fc.array(fc.jsonValue(), { maxLength: 20 });

describe('the text of a recorded request', () => {
  it('is never larger than it may be, and reads back as what was sent', () => {
    fc.assert(
      fc.property(instances, fc.nat({ max: 400 }), (sent, maxBytes) => {
        const text = requestText({ operation: 'PREDICT', instances: sent }, maxBytes);
        const whole = Buffer.byteLength(JSON.stringify(sent));
        if (text === null) expect(whole).toBeGreaterThan(maxBytes);
        else {
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
          const read = requestContent('PREDICT', text);
          expect(read).toEqual({
            operation: 'PREDICT',
            instances: JSON.parse(JSON.stringify(sent)) as unknown,
          });
        }
      }),
    );
  });

  it('keeps every bit of a tensor, whichever way it was sent', () => {
    const values = [0.1, -0, 1e-45, 3.4e38].map(Math.fround);
    const sent = { name: 'x', datatype: 'FP32' as const, shape: [2, 2] };
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    for (const data of [
      values,
      [values.slice(0, 2), values.slice(2)],
      bytes,
      Buffer.from(bytes).toString('base64'),
    ]) {
      const text = requestText({ operation: 'INFER', inputs: [{ ...sent, data }] }, 1_000);
      expect(requestContent('INFER', text ?? '')).toEqual({
        operation: 'INFER',
        inputs: [{ ...sent, data: Float32Array.from(values) }],
      });
    }
  });

  it('is found too large without being written', () => {
    // Nothing that is looked at ever ends; the list says itself how long it is.
    const endless = new Proxy(new Array<number>(1_000_000), {
      get: (list, key) => {
        if (key !== 'length') throw new Error('was looked into');
        return list.length;
      },
    });
    const inputs = [{ name: 'x', datatype: 'FP32' as const, shape: [1_000_000], data: endless }];
    expect(requestText({ operation: 'INFER', inputs }, 65_536)).toBeNull();
    expect(requestText({ operation: 'PREDICT', instances: ['C'.repeat(100)] }, 64)).toBeNull();
  });
});
