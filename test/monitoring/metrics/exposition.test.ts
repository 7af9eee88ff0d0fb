import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Exposition } from '../../../src/monitoring/metrics/prometheus/exposition.js';
import { parseExposition } from '../../api/support/prometheus-text.js';

describe('a text for Prometheus', () => {
  it('keeps whatever stands in a label, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true }), (value, amount) => {
        const text = new Exposition()
          .family('some_metric', 'gauge', 'What it is.')
          .sample('some_metric', { model: value, version: '1' }, amount)
          .text();
        expect(parseExposition(text)).toEqual(
          new Map([
            [
              'some_metric',
              {
                type: 'gauge',
                samples: [
                  {
                    name: 'some_metric',
                    labels: { model: value, version: '1' },
                    value: amount === 0 ? 0 : amount,
                  },
                ],
              },
            ],
          ]),
        );
      }),
    );
  });

  it('escapes what would end a label or a line', () => {
    const text = new Exposition()
      .family('m', 'counter', 'Back\\slash and\nline.')
      .sample('m', { model: 'a"b\\c\nd<script>' }, 1)
      .text();
    expect(text).toBe(
      '# HELP m Back\\\\slash and\\nline.\n# TYPE m counter\nm{model="a\\"b\\\\c\\nd<script>"} 1\n',
    );
  });

  it('writes histograms that add up, with the last bucket holding all', () => {
    const text = new Exposition()
      .family('h', 'histogram', 'Some.')
      .histogram('h', { deployment: 'x' }, { bounds: [0.001, 1], counts: [2, 0, 3], sum: 7.5 })
      .text();
    expect(text.split('\n').slice(2)).toEqual([
      'h_bucket{deployment="x",le="0.001"} 2',
      'h_bucket{deployment="x",le="1"} 2',
      'h_bucket{deployment="x",le="+Inf"} 5',
      'h_sum{deployment="x"} 7.5',
      'h_count{deployment="x"} 5',
      '',
    ]);
  });
});
