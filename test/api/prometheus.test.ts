import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { INFER, publish, register, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { parseExposition, type Family } from './support/prometheus-text.js';
import { serveWith } from './support/serving-steps.js';

const KEY = 'a-key-of-more-than-sixteen-characters';

function inputs(rows: number): object[] {
  const data = Array.from({ length: 4 * rows }, (_, index) => index);
  return [{ name: 'x', datatype: 'FP32', shape: [rows, 4], data }];
}

describe('/metrics', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { apiKey: KEY } });
    await serve(app, 'scraped', scalingModel(2));
    await serveWith(app, 'caching', scalingModel(3), { cache: { maxBytes: 100_000 } });
    await register(app, 'on-demand');
    await publish(app, 'on-demand', scalingModel(4));
    for (let request = 0; request < 6; request += 1)
      await infer({ deployment: 'scraped', inputs: inputs(4) });
    await infer({ deployment: 'scraped', inputs: [{ name: 'z', datatype: 'FP32', shape: [1], data: [1] }] });
    for (let request = 0; request < 3; request += 1)
      await infer({ deployment: 'caching', inputs: inputs(1) });
    await infer({ version: 'on-demand@1', inputs: inputs(2) });
  });
  afterAll(() => app.close());

  const infer = (input: object) => app.graphql(INFER, { input });
  const scrape = async (): Promise<Map<string, Family>> => {
    const answer = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return parseExposition(await answer.text());
  };
  const valueOf = (families: Map<string, Family>, name: string, labels: Record<string, string>) =>
    [...families.values()]
      .flatMap(({ samples }) => samples)
      .filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )
      .map(({ value }) => value);

  it('needs the key', async () => {
    const answer = await fetch(`${app.url}/metrics`);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('retort_');
  });

  it('has Retort’s names, with deployment, model and version as labels', async () => {
    const families = await scrape();
    const labels = { deployment: 'scraped', model: 'scraped', version: '1' };
    expect(valueOf(families, 'retort_requests_total', labels)).toEqual([7]);
    expect(valueOf(families, 'retort_rows_total', labels)).toEqual([24]);
    expect(valueOf(families, 'retort_request_errors_total', { ...labels, code: 'INVALID_TENSOR' })).toEqual([
      1,
    ]);
    expect(valueOf(families, 'retort_request_duration_seconds_count', labels)).toEqual([6]);
    expect(valueOf(families, 'retort_request_duration_seconds_bucket', { ...labels, le: '+Inf' })).toEqual([
      6,
    ]);
    for (const phase of ['queue', 'preprocess', 'run', 'postprocess'])
      expect(valueOf(families, 'retort_request_phase_duration_seconds_count', { ...labels, phase })).toEqual([
        6,
      ]);
    expect(valueOf(families, 'retort_run_rows_bucket', { ...labels, le: '2' })).toEqual([0]);
    expect(valueOf(families, 'retort_run_rows_bucket', { ...labels, le: '4' })).toEqual([6]);
    expect(valueOf(families, 'retort_run_rows_sum', labels)).toEqual([24]);
    expect(valueOf(families, 'retort_cache_hits_total', { deployment: 'caching' })).toEqual([2]);
    expect(valueOf(families, 'retort_requests_total', { deployment: '', model: 'on-demand' })).toEqual([1]);
  });

  it('has histograms whose buckets grow, and sums that are those of the answers', async () => {
    const families = await scrape();
    const { samples } = families.get('retort_request_duration_seconds') ?? { samples: [] };
    const buckets = samples.filter(
      ({ name, labels }) => name.endsWith('_bucket') && labels.deployment === 'scraped',
    );
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const [sum = NaN] = valueOf(families, 'retort_request_duration_seconds_sum', { deployment: 'scraped' });
    expect(sum).toBeGreaterThan(0);
    const [us = NaN] = valueOf(families, 'nv_inference_request_duration_us', {
      model: 'scraped',
      version: '1',
    });
    expect(us / 1e6).toBeCloseTo(sum, 5);
  });

  it('has Triton’s names as Triton writes them', async () => {
    const families = await scrape();
    const labels = { model: 'scraped', version: '1' };
    expect(valueOf(families, 'nv_inference_request_success', labels)).toEqual([6]);
    expect(valueOf(families, 'nv_inference_request_failure', { ...labels, reason: 'OTHER' })).toEqual([1]);
    expect(valueOf(families, 'nv_inference_request_failure', { ...labels, reason: 'REJECTED' })).toEqual([0]);
    expect(valueOf(families, 'nv_inference_count', labels)).toEqual([24]);
    expect(valueOf(families, 'nv_inference_exec_count', labels)).toEqual([6]);
    expect(valueOf(families, 'nv_inference_pending_request_count', labels)).toEqual([0]);
    expect(valueOf(families, 'nv_cache_num_hits_per_model', { model: 'caching' })).toEqual([2]);
    expect(valueOf(families, 'nv_cache_num_misses_per_model', { model: 'caching' })).toEqual([1]);
    expect(valueOf(families, 'nv_inference_count', { model: 'on-demand', version: '1' })).toEqual([2]);
    for (const phase of ['queue', 'compute_input', 'compute_infer', 'compute_output']) {
      const [us = NaN] = valueOf(families, `nv_inference_${phase}_duration_us`, labels);
      expect(us).toBeGreaterThanOrEqual(0);
    }
    expect([...families.keys()].filter((name) => name.startsWith('nv_') && name.endsWith('_total'))).toEqual(
      [],
    );
  });

  it('has what the process takes', async () => {
    const families = await scrape();
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'nodejs_heap_size_used_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(valueOf(families, name, {})[0]).toBeGreaterThan(0);
  });

  it('never has the name of a model in the name of a metric', async () => {
    const families = await scrape();
    expect([...families.keys()].filter((name) => /scraped|caching|demand/.test(name))).toEqual([]);
  });

  it('takes only GET, and says so', async () => {
    const answer = await fetch(`${app.url}/metrics`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(answer.status).toBe(405);
  });
});
