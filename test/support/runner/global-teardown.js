/** Waits until everything of the run is gone. */
export default async function tearDown() {
  const keeper = globalThis.retortKeeper;
  if (keeper.exitCode !== null) throw new Error('The keeper of the tests ended before them.');
  keeper.ref();
  keeper.stdin.end();
  await new Promise((resolve) => keeper.once('exit', resolve));
}
