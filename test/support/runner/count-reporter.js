/** Closes every run with one plain line of true counts, for people and for CI. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that cannot even load has no failed test in it, and must still count as a failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
