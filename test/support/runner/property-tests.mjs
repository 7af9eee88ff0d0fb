import fc from 'fast-check';

/** What fast-check runs of each property unless that says otherwise. */
const USUAL_RUNS = 100;

fc.configureGlobal({ numRuns: USUAL_RUNS * Number(process.env.RETORT_TEST_DEPTH ?? 1) });
