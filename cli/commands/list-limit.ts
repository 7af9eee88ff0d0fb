/** The same for every list. */
export const LIMIT = {
  kind: 'number',
  whole: true,
  min: 1,
  default: 100,
  describe: 'At most so many',
} as const;

/** Says that a list goes on. */
export function limited(hasMore: boolean, limit: number): string {
  return hasMore ? `These are the first ${limit}; --limit shows more.` : '';
}
