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
  /** Where processor profiles of the servers are written; none when undefined. */
  readonly profileDirectory: string | undefined;
}

/** @throws Error naming the option and the groups there are. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      group: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const groups = values.group ?? [];
  const unknown = groups.find((group) => !known.includes(group));
  if (unknown !== undefined)
    throw new Error(`--group: expected one of ${known.join(', ')}, got "${unknown}".`);
  const common = { groups, quick: values.quick, profileDirectory: values.profile };
  return values.quick
    ? { ...common, rounds: 2, roundMs: 1_000, warmUpMs: 1_000 }
    : { ...common, rounds: 5, roundMs: 2_000, warmUpMs: 3_000 };
}
