import type { PlayedVersion } from '../playground-page.js';

export type PlayedField = PlayedVersion['fields'][number];

/** The values of a record by the names of their fields; what is left out is not there. */
export type RecordValues = Readonly<Record<string, unknown>>;

/** A record as it stands in the address; of what is no object, a lone field has the value. */
export function recordOf(text: string, fields: readonly PlayedField[]): RecordValues {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  const parsed = jsonOf(trimmed);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  const [only, ...others] = fields;
  return only && others.length === 0 ? { [only.name]: parsed ?? text } : {};
}

/** What somebody typed for a field, as `predict` takes it; undefined for nothing. What cannot be read stays a text: the server says why. */
export function valueOf(field: PlayedField, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (field.shape.length > 0) return jsonOf(trimmed) ?? text;
  switch (field.kind) {
    case 'number':
    case 'integer':
    case 'tensor':
      return isNumber(trimmed) ? Number(trimmed) : (jsonObject(trimmed) ?? trimmed);
    case 'boolean':
      return /^(?:true|yes|1)$/i.test(trimmed) ? true : /^(?:false|no|0)$/i.test(trimmed) ? false : trimmed;
    case 'text':
      return text;
    case 'category':
      return trimmed;
    default:
      return jsonObject(trimmed) ?? text;
  }
}

export function textOfValue(value: unknown): string {
  return value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}

/** What is wrong with a field's text as far as the page can tell; null for all else. */
export function faultIn(field: PlayedField, text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (field.shape.length > 0)
    return Array.isArray(jsonOf(trimmed)) ? null : `Expected a list in JSON, of shape ${shapeText(field)}.`;
  if ((field.kind !== 'number' && field.kind !== 'integer') || !isNumber(trimmed)) return null;
  const value = Number(trimmed);
  if (field.kind === 'integer' && !Number.isInteger(value)) return 'Expected a whole number.';
  const { minimum, maximum } = field;
  return (minimum !== null && value < minimum) || (maximum !== null && value > maximum)
    ? `Expected ${rangeText(field)}.`
    : null;
}

/** "250 to 400 K", "at least 0"; empty where nothing bounds it. */
export function rangeText({ minimum, maximum, unit }: PlayedField): string {
  const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}${measure}`;
  if (minimum !== null) return `at least ${minimum}${measure}`;
  return maximum === null ? '' : `at most ${maximum}${measure}`;
}

export function shapeText({ shape }: PlayedField): string {
  return `[${shape.map((extent) => (extent === -1 ? 'any' : extent)).join(', ')}]`;
}

function isNumber(text: string): boolean {
  return text !== '' && Number.isFinite(Number(text));
}

function jsonObject(text: string): unknown {
  return /^[{[]/.test(text) ? jsonOf(text) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
