import { ValueType, type Attributes, type Meter } from '@opentelemetry/api';
import type { RequestOutcome } from '../inference/index.js';
import { targetAttributes } from './request-spans.js';

interface Series {
  readonly attributes: Attributes;
  requests: number;
  rows: number;
  cacheHits: number;
  readonly errors: Map<string, number>;
}

/** What a request names that nobody ever made may be anything: it is counted together. */
const NO_TARGET = '';

/** Requests, rows, cache hits and errors since the start, by deployment and version. */
export class RequestCounts {
  private readonly series = new Map<string, Series>();

  constructor(
    meter: Meter,
    private readonly maxSeries: number,
  ) {
    this.observe(meter, 'requests', '{request}', 'Requests to models, also those that failed.');
    this.observe(meter, 'rows', '{row}', 'Rows that were answered.');
    this.observe(meter, 'cacheHits', '{request}', 'Requests answered from the response cache.', 'cache.hits');
    meter
      .createObservableCounter('retort.errors', {
        unit: '{request}',
        description: 'Requests that failed, by code.',
        valueType: ValueType.INT,
      })
      .addCallback((result) => {
        for (const { attributes, errors } of this.series.values())
          for (const [code, count] of errors) result.observe(count, { ...attributes, 'error.type': code });
      });
  }

  /** @returns what the request is counted under */
  count(outcome: RequestOutcome): Attributes {
    const series = this.of(outcome.target);
    series.requests += 1;
    if (outcome.ok) {
      series.rows += outcome.rows;
      if (outcome.cacheHit) series.cacheHits += 1;
    } else series.errors.set(outcome.code, (series.errors.get(outcome.code) ?? 0) + 1);
    return series.attributes;
  }

  private of(target: RequestOutcome['target']): Series {
    const key = target === null ? NO_TARGET : `${target.version.id} ${target.deployment?.id ?? ''}`;
    const known = this.series.get(key);
    if (known) return known;
    if (target !== null && this.series.size >= this.maxSeries) return this.of(null);
    const attributes = target === null ? {} : targetAttributes(target);
    const made = { attributes, requests: 0, rows: 0, cacheHits: 0, errors: new Map<string, number>() };
    this.series.set(key, made);
    return made;
  }

  private observe(
    meter: Meter,
    field: 'requests' | 'rows' | 'cacheHits',
    unit: string,
    description: string,
    name: string = field,
  ): void {
    const options = { unit, description, valueType: ValueType.INT };
    meter.createObservableCounter(`retort.${name}`, options).addCallback((result) => {
      for (const series of this.series.values()) result.observe(series[field], series.attributes);
    });
  }
}
