/** How much slower than a quiet machine of today this one was when the run began; 1 or more. */
const slowness = Number(process.env.RETORT_TEST_SLOWNESS ?? 1);

/**
 * A limit for what never ends, as long on a slow machine as it takes there. What a test waits for is progress, and jest's
 * own limit of a test scales likewise: this is for those that do very much, and for servers that want to be given one.
 */
export function patience(quietMs: number): number {
  return Math.ceil(quietMs * slowness);
}
