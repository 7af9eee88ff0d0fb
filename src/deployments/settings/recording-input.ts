import { DomainError } from '../../platform/errors.js';
import { DEFAULT_RECORDING } from './default-settings.js';
import type { RecordingSettings } from '../records.js';

type Optional<T> = { readonly [Name in keyof T]?: T[Name] | null | undefined };

/** The share has no default: how much of what callers send is kept is for whoever deploys to say. */
export type RecordingInput = Pick<RecordingSettings, 'sampleRate'> & Optional<RecordingSettings>;

const SMALLEST = 64;
const LARGEST_REQUEST = 262_144;
const MOST_REQUESTS = 10_000;
const MOST_BYTES = 268_435_456;

/** @throws DomainError INVALID_ARGUMENT */
export function recordingSettings(input: RecordingInput): RecordingSettings {
  const maxBytes = input.maxBytes ?? DEFAULT_RECORDING.maxBytes;
  const settings = {
    sampleRate: input.sampleRate,
    maxRequests: input.maxRequests ?? DEFAULT_RECORDING.maxRequests,
    maxRequestBytes: input.maxRequestBytes ?? Math.min(DEFAULT_RECORDING.maxRequestBytes, maxBytes),
    maxBytes,
  };
  const { sampleRate, maxRequests, maxRequestBytes } = settings;
  if (!(sampleRate > 0 && sampleRate <= 1))
    throw invalid('sampleRate', 'above 0, at most 1 (recording: null keeps none)', sampleRate);
  checkWhole('maxRequests', maxRequests, 1, MOST_REQUESTS);
  checkWhole('maxBytes', maxBytes, SMALLEST, MOST_BYTES);
  // A request larger than all of them together would be gone as soon as it was kept.
  checkWhole('maxRequestBytes', maxRequestBytes, SMALLEST, Math.min(LARGEST_REQUEST, maxBytes));
  return settings;
}

function checkWhole(name: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to)
    throw invalid(name, `from ${from} to ${to}`, value);
}

function invalid(name: string, expected: string, got: number): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected recording.${name} ${expected}, got ${got}.`, {
    field: ['recording', name],
  });
}
