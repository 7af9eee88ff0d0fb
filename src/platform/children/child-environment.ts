/**
 * The variables of the server that a child gets: none of its secrets.
 *
 * @param names of those that are handed on, where they are set
 */
export function childEnvironment(names: readonly string[]): Record<string, string> {
  // eslint-disable-next-line no-restricted-properties -- handed on by name, and not read
  const { env } = process;
  return Object.fromEntries(
    [...names, ...EVERYWHERE].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Where the C library looks for locales: a model that loads in one child has to load in the other. */
const EVERYWHERE = ['LOCPATH'];
