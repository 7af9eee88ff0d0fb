import type { JsonValue, PredictedValue, Prediction } from '../pipelines/index.js';

/** Where the truth lies, with what probability. */
export interface Interval {
  /** Null: there is no lower bound. */
  readonly low: number | null;
  readonly high: number | null;
  /** Between 0 and 1. */
  readonly level: number;
  /** The result's. */
  readonly unit: string | null;
}

/** One way of saying how far an instance is from what a model has seen. */
export interface DomainMeasure {
  /** `declared`, `ranges`, `leverage`, `distance` or `similarity`. */
  readonly name: string;
  /** Null where it cannot be said. */
  readonly value: number | null;
  /** What the value must not exceed; of `similarity`, what it must reach. Null: there is none. */
  readonly limit: number | null;
  readonly inside: boolean;
  /** By what and how far, for people. Of millions of rows hardly one is read: written when it is. */
  readonly message: string;
}

/** A row of the training data. */
export interface Neighbour {
  readonly instance: JsonValue;
  readonly measured: JsonValue;
  readonly predicted: JsonValue;
  /** 1: the same; 0: nothing in common. */
  readonly similarity: number;
}

/** Whether an instance is like what a model was made for. */
export interface DomainVerdict {
  /** By every measure. */
  readonly inside: boolean;
  readonly measures: readonly DomainMeasure[];
  /** The nearest first; empty unless the publisher discloses them. */
  readonly nearest: readonly Neighbour[];
}

export interface JudgedValue extends PredictedValue {
  readonly interval?: Interval | null;
  /** Classes that cannot be excluded, the likeliest first. */
  readonly set?: readonly string[] | null;
}

/** A prediction with what is known of how far it can be trusted; what is left out is not known. */
export interface JudgedPrediction extends Prediction {
  readonly results: readonly JudgedValue[];
  /** Of the first result. */
  readonly interval?: Interval | null;
  readonly domain?: DomainVerdict | null;
}

/** What was found of one instance, whatever level is asked for: kept with remembered answers. */
export interface Mark {
  readonly domain: DomainVerdict | null;
  /** Of each calibration in its order: how hard the instance is; null where that is not known. */
  readonly difficulties: readonly (number | null)[];
}
