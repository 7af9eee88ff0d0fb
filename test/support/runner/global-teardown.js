/** Waits until everything of the run is gone. */
export default async function tearDown() {
  // See test/support/kept-databases.ts.
  await globalThis.endKeptDatabases?.();
  const keeper = globalThis.retortKeeper;
  if (keeper.exitCode !== null) throw new Error('The keeper of the tests ended before them.');
  keeper.ref();
  keeper.stdin.end();
  await new Promise((resolve) => keeper.once('exit', resolve));
}
