/**
 * Measures the candidates in turn, round after round, each second round backwards: what slows the machine for a while
 * slows them all, and none always follows the same neighbour.
 *
 * @returns for each candidate its results, one a round
 */
export async function alternate<C, R>(
  candidates: readonly C[],
  rounds: number,
  measure: (candidate: C) => Promise<R>,
  afterRound: () => Promise<void> = async () => undefined,
): Promise<Map<C, R[]>> {
  const results = new Map<C, R[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? candidates : candidates.toReversed();
    for (const candidate of order) results.get(candidate)?.push(await measure(candidate));
    await afterRound();
  }
  return results;
}
