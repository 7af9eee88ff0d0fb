import { describe, expect, it } from '@jest/globals';
import { MetricsFeed } from '../../../src/monitoring/metrics/feed/metrics-feed.js';
import type { DeploymentMetrics } from '../../../src/monitoring/index.js';
import { DatabaseUnavailable } from '../../../src/platform/failures.js';
import { createLogger } from '../../../src/platform/logging.js';

/** Metrics that are a number: how often they were computed. */
class CountedMetrics {
  computed = 0;
  failing = false;
  gone = false;
  readonly listeners = new Set<() => void>();

  completeWindow = async (name: string): Promise<DeploymentMetrics | null> => {
    await Promise.resolve();
    if (this.failing) throw new DatabaseUnavailable('away');
    this.computed += 1;
    return this.gone ? null : this.numbered(name);
  };
  window = async (name: string): Promise<DeploymentMetrics> => {
    this.computed += 1;
    return this.numbered(name);
  };
  completeFleet = async () => [await this.window('fleet')];
  fleet = async () => [await this.window('fleet')];
  onTick = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async tick(): Promise<void> {
    for (const listener of this.listeners) listener();
    await new Promise((resolve) => setImmediate(resolve));
  }

  private numbered(deploymentName: string): DeploymentMetrics {
    return { deploymentName, deploymentId: 'id', requests: this.computed } as DeploymentMetrics;
  }
}

function set() {
  const metrics = new CountedMetrics();
  const feed = new MetricsFeed(metrics, createLogger('silent'));
  const left = new AbortController();
  const watch = async (windowMs = 60_000, intervalMs = 1_000, signal = left.signal) => {
    const stream = await feed.deployment('esol', { windowMs, intervalMs, signal });
    if (!stream) throw new Error('Expected a stream.');
    return stream;
  };
  const next = async (stream: AsyncIterableIterator<DeploymentMetrics>) =>
    ((await stream.next()).value as DeploymentMetrics | undefined)?.requests;
  return { metrics, feed, left, watch, next };
}

describe('metrics that are watched', () => {
  it('are computed once an interval, however many watch the same', async () => {
    const { metrics, watch, next } = set();
    const streams = await Promise.all(Array.from({ length: 200 }, () => watch()));
    expect(metrics.computed).toBe(1);
    for (const stream of streams) expect(await next(stream)).toBe(1);
    await metrics.tick();
    expect(metrics.computed).toBe(2);
    for (const stream of streams) expect(await next(stream)).toBe(2);
    await watch(300_000);
    expect(metrics.computed).toBe(3);
    await metrics.tick();
    expect(metrics.computed).toBe(5);
  });

  it('hold the newest alone for one that does not read', async () => {
    const { metrics, watch, next } = set();
    const slow = await watch();
    const quick = await watch();
    expect(await next(quick)).toBe(1);
    for (let tick = 0; tick < 50; tick += 1) {
      await metrics.tick();
      expect(await next(quick)).toBe(tick + 2);
    }
    expect(await next(slow)).toBe(51);
    const waiting = next(slow);
    await metrics.tick();
    expect(await waiting).toBe(52);
  });

  it('come every so many seconds as asked for', async () => {
    const { metrics, watch, next } = set();
    const stream = await watch(60_000, 3_000);
    expect(await next(stream)).toBe(1);
    for (let tick = 0; tick < 6; tick += 1) await metrics.tick();
    expect(metrics.computed).toBe(3);
    expect(await next(stream)).toBe(3);
  });

  it('are not computed any more once nobody watches', async () => {
    const { metrics, left, watch, next } = set();
    const stream = await watch();
    const other = await watch();
    await stream.return?.();
    expect(metrics.listeners.size).toBe(1);
    left.abort();
    expect(metrics.listeners.size).toBe(0);
    expect(await next(other)).toBeUndefined();
    await metrics.tick();
    expect(metrics.computed).toBe(1);
  });

  it('leave nothing behind on a socket that watches again and again', async () => {
    const { left, watch } = set();
    let listeners = 0;
    const { signal } = left;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    for (let time = 0; time < 20; time += 1) await (await watch()).return?.();
    expect(listeners).toBe(0);
  });

  it('go on after they could not be read, and are refused where the first cannot', async () => {
    const { metrics, watch, next } = set();
    const stream = await watch();
    expect(await next(stream)).toBe(1);
    metrics.failing = true;
    await metrics.tick();
    await expect(watch(7_200_000)).rejects.toThrow('away');
    metrics.failing = false;
    const waiting = next(stream);
    await metrics.tick();
    expect(await waiting).toBe(2);
  });

  it('end when there is nothing to watch any more', async () => {
    const { metrics, feed, left, watch, next } = set();
    const stream = await watch();
    expect(await next(stream)).toBe(1);
    metrics.gone = true;
    const waiting = next(stream);
    await metrics.tick();
    expect(await waiting).toBeUndefined();
    expect(metrics.listeners.size).toBe(0);
    expect(
      await feed.deployment('esol', { windowMs: 1_000, intervalMs: 1_000, signal: left.signal }),
    ).toBeNull();
  });
});
