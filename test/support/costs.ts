/** CPU seconds of this process and its threads, and how often, by what they were spent on. */
type Costs = Map<string, { times: number; cpu: number }>;

const SPENT = Symbol.for('retort.test.spent');

/** Does the work, and notes what it costs where RETORT_TEST_COSTS asks for it: see test/support/runner/environment.cjs. */
export async function counted<T>(what: string, work: () => Promise<T>): Promise<T> {
  if (!process.env.RETORT_TEST_COSTS) return work();
  const began = process.cpuUsage();
  try {
    return await work();
  } finally {
    const { user, system } = process.cpuUsage(began);
    const held = globalThis as unknown as Record<symbol, Costs | undefined>;
    const costs = (held[SPENT] ??= new Map<string, { times: number; cpu: number }>());
    const sum = costs.get(what) ?? { times: 0, cpu: 0 };
    costs.set(what, { times: sum.times + 1, cpu: sum.cpu + (user + system) / 1e6 });
  }
}
