import type { FileFormat, TextFormat } from '../../datafiles/index.js';

interface Formats {
  readonly format: FileFormat;
  readonly outputFormat: FileFormat;
}

/** Whether rows can be written as they are answered: a header must know all columns before, and Parquet what is in them. */
export function isDirect({ format, outputFormat }: Formats): boolean {
  if (outputFormat === 'PARQUET') return false;
  return outputFormat === 'JSONL' || outputFormat === 'SDF' || (format !== 'JSONL' && format !== 'SDF');
}

/** What rows are written as while they are answered. */
export function rowsFormat(formats: Formats): TextFormat {
  return isDirect(formats) ? (formats.outputFormat as TextFormat) : 'JSONL';
}
