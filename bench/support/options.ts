import { parseArgs } from 'node:util';

export interface Options {
  /** Names of groups; all when empty. */
  readonly groups: readonly string[];
  readonly rounds: number;
  /** How long each candidate is measured in a round. */
  readonly roundMs: number;
  /** How long each candidate runs before the first round. */
  readonly warmUpMs: number;
  readonly quick: boolean;
}

/** @throws Error naming the option and the groups there are. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { group: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
  });
  const groups = values.group ?? [];
  const unknown = groups.find((group) => !known.includes(group));
  if (unknown !== undefined)
    throw new Error(`--group: expected one of ${known.join(', ')}, got "${unknown}".`);
  return values.quick
    ? { groups, quick: true, rounds: 2, roundMs: 1_000, warmUpMs: 1_000 }
    : { groups, quick: false, rounds: 5, roundMs: 2_000, warmUpMs: 3_000 };
}
