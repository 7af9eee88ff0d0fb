import { hash } from 'node:crypto';

/** A version that takes part of a deployment's traffic. Keys are unique among the arms of one choice. */
export interface Arm {
  readonly key: string;
  /** Share of the traffic in proportion to the other arms'; 0 takes none. */
  readonly weight: number;
}

/**
 * Which arm a request goes to, as an index. Without a routing key it is drawn by weight. With one it is always the same
 * while the weights are, in whichever order the arms come, and when an arm's weight grows, keys only move to that arm.
 *
 * @param random from 0 to below 1
 * @throws RangeError when no arm has a weight above 0.
 */
export function chooseArm(arms: readonly Arm[], routingKey: string | null, random: () => number): number {
  return routingKey === null ? drawn(arms, random) : rendezvous(arms, routingKey);
}

function drawn(arms: readonly Arm[], random: () => number): number {
  let total = 0;
  for (const { weight } of arms) total += Math.max(0, weight);
  let rest = random() * total;
  let last = -1;
  for (let index = 0; index < arms.length; index += 1) {
    const weight = arms[index]?.weight ?? 0;
    if (!(weight > 0)) continue;
    if (rest < weight) return index;
    rest -= weight;
    // Rounding may leave a little after the last arm.
    last = index;
  }
  return existing(last);
}

/**
 * Weighted rendezvous hashing (C. Schindelhauer, G. Schomaker, SPAA 2005): each arm draws a waiting time −ln(h) / weight
 * from the hash of its key and the routing key, and the shortest wins. A larger weight shortens its own time alone.
 */
function rendezvous(arms: readonly Arm[], routingKey: string): number {
  let [winner, shortest, rivals] = [-1, Infinity, 0];
  for (const { weight } of arms) if (weight > 0) rivals += 1;
  for (let index = 0; index < arms.length; index += 1) {
    const arm = arms[index];
    if (!arm || !(arm.weight > 0)) continue;
    const time = rivals === 1 ? 0 : -Math.log(uniform(arm.key, routingKey)) / arm.weight;
    if (time >= shortest) continue;
    winner = index;
    shortest = time;
  }
  return existing(winner);
}

/** Above 0 and below 1, from 52 bits of SHA-256: half a microsecond, and nobody can choose keys that all meet one arm. */
function uniform(armKey: string, routingKey: string): number {
  const bits = parseInt(hash('sha256', `${armKey}\0${routingKey}`, 'hex').slice(0, 13), 16);
  return (bits + 0.5) / 2 ** 52;
}

function existing(index: number): number {
  if (index >= 0) return index;
  throw new RangeError('Expected an arm with a weight above 0, got none.');
}
