import { describe, expect, it } from '@jest/globals';
import { readTraceContext } from '../../src/security/index.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('the trace of a request', () => {
  it.each([
    { flags: '01', sampled: true },
    { flags: '00', sampled: false },
    { flags: '03', sampled: true },
    { flags: 'fe', sampled: false },
  ])('is the one of traceparent, with flags $flags', ({ flags, sampled }) => {
    const read = readTraceContext({
      traceparent: `00-${TRACE}-${PARENT}-${flags}`,
      tracestate: 'a=1,b=2',
    });
    expect(read).toEqual({
      traceId: TRACE,
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      parent: { spanId: PARENT, sampled, state: 'a=1,b=2' },
    });
    expect(read.spanId).not.toBe(PARENT);
  });

  it('is understood from a later version, which may say more', () => {
    const read = readTraceContext({ traceparent: `cc-${TRACE}-${PARENT}-01-what-the-future-brings` });
    expect(read).toMatchObject({ traceId: TRACE, parent: { spanId: PARENT, sampled: true, state: null } });
  });

  it.each([
    undefined,
    '',
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    7,
    { toString: () => 'x' },
  ])('begins where traceparent is %p', (traceparent) => {
    const [one, other] = [0, 1].map(() => readTraceContext({ traceparent, tracestate: 'a=1' }));
    expect(one).toEqual({
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      parent: null,
    });
    expect(one?.traceId).not.toBe(other?.traceId);
  });

  it('drops a tracestate that is longer than anybody has to keep', () => {
    const read = readTraceContext({
      traceparent: `00-${TRACE}-${PARENT}-01`,
      tracestate: 'a='.padEnd(513, 'x'),
    });
    expect(read.parent?.state).toBeNull();
  });

  it('comes from the first carrier that has one', () => {
    const other = `00-${'1'.repeat(32)}-${PARENT}-01`;
    const given = readTraceContext(
      null,
      {},
      { traceparent: `00-${TRACE}-${PARENT}-01` },
      { traceparent: other },
    );
    expect(given.traceId).toBe(TRACE);
  });
});
