/** Normal values of mean 0 and standard deviation 1 (Box and Muller). */
export function normalDraws(random: () => number, count: number): number[] {
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
