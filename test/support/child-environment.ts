/**
 * What every process that a test starts is given, whatever else of the environment is kept from it: the folder for its
 * temporary files, and the mark by which it is ended when the test's own process is killed.
 */
export function childEnvironment(): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TMPDIR, RETORT_TEST_OWNER } = process.env;
  return { PATH, HOME, TMPDIR, RETORT_TEST_OWNER };
}
