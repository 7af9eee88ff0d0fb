import { z } from 'zod';
import { FORMAT_VERSION } from './archive-layout.js';
import { invalidArchive, unsupportedArchive } from './archive-errors.js';
import { checkManifest } from './check-manifest.js';
import { FORMAT, manifestSchema, type Manifest } from './manifest.js';

/** What every version of the format will have, so that an older Retort can say that it is too old. */
const anyVersion = z.looseObject({ format: z.literal(FORMAT), formatVersion: z.int().min(1) });

/** @throws DomainError ARCHIVE_INVALID or ARCHIVE_UNSUPPORTED */
export function readManifest(bytes: Buffer): Manifest {
  const value = parseJson(bytes);
  const { formatVersion } = parsed(anyVersion, value);
  if (formatVersion > FORMAT_VERSION) throw unsupportedArchive(formatVersion, FORMAT_VERSION);
  const manifest = parsed(manifestSchema, value);
  checkManifest(manifest);
  return manifest;
}

function parseJson(bytes: Buffer): unknown {
  try {
    // Strictly: bytes that are no UTF-8 would otherwise be replaced one by one.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw invalidArchive('its manifest.json is not JSON', error);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const place = (first?.path ?? []).map(String).join('.');
  const problem = (first?.message ?? 'not what was expected').replace(/^Invalid input: /, '');
  throw invalidArchive(`its manifest.json is wrong${place === '' ? '' : ` at ${place}`}: ${problem}`);
}
