import { FILE_FORMATS, type FileFormat } from '../../datafiles/index.js';
import { DomainError } from '../../platform/errors.js';
import { checkText } from '../../platform/text/check-text.js';
import type { NewAttachment } from './attachment.js';
import type { AttachmentRole } from './attachment-role.js';
import { checkOptions } from './attachment-options.js';

/** What a publisher attaches to a version. */
export interface AttachmentInput {
  readonly role: AttachmentRole;
  readonly digest: string;
  readonly format?: FileFormat | null | undefined;
  /** An object from fields of the instance to columns. */
  readonly columns?: unknown;
  readonly target?: string | null | undefined;
  readonly predicted?: string | null | undefined;
  readonly options?: unknown;
}

const MAX_ATTACHMENTS = 20;
const MAX_COLUMNS = 10_000;
const MAX_NAME = 500;

/** The form of what is attached; what is in the files comes later. @throws DomainError INVALID_ARGUMENT */
export function checkAttachmentInputs(inputs: readonly AttachmentInput[]): NewAttachment[] {
  if (inputs.length > MAX_ATTACHMENTS)
    throw invalid(`Expected at most ${MAX_ATTACHMENTS} attachments, got ${inputs.length}.`, ['attachments']);
  const taken = inputs.map((input, index) => checkInput(input, ['attachments', String(index)]));
  for (const role of ['TRAINING', 'BACKGROUND'] as const) {
    const second = taken
      .map((each) => each.role)
      .indexOf(role, taken.findIndex((each) => each.role === role) + 1);
    if (second > 0)
      throw invalid(`Expected one ${role} file, got two: join them into one.`, [
        'attachments',
        String(second),
        'role',
      ]);
  }
  const needy = taken.findIndex(({ options }) => options.difficulty === 'NEAREST');
  if (needy >= 0 && !taken.some(({ role }) => role === 'TRAINING'))
    throw invalid(
      'The difficulty NEAREST is a distance to training rows: expected a TRAINING attachment beside it, got none.',
      ['attachments', String(needy), 'options', 'difficulty'],
    );
  return taken;
}

function checkInput(input: AttachmentInput, field: readonly string[]): NewAttachment {
  const { role, digest } = input;
  const text = (name: 'target' | 'predicted') =>
    input[name] == null ? null : checkText(input[name], [...field, name], { min: 1, max: MAX_NAME });
  const reading = {
    columns: checkColumns(input.columns ?? {}, [...field, 'columns']),
    target: text('target'),
    predicted: text('predicted'),
    options: checkOptions(role, input.options, [...field, 'options']),
  };
  if (role === 'TOKENIZER' || role === 'SOURCE') {
    const stray = [
      input.format != null && 'format',
      reading.target !== null && 'target',
      reading.predicted !== null && 'predicted',
    ].find((name) => name !== false);
    if (stray !== undefined)
      throw invalid(`A ${role} is a file of its own without rows: expected no ${stray}.`, [...field, stray]);
    return { role, digest, format: null, ...reading };
  }
  if (input.format == null)
    throw invalid(`Expected the format of the ${role} file, one of ${FILE_FORMATS.join(', ')}.`, [
      ...field,
      'format',
    ]);
  if (role === 'CALIBRATION' && reading.target === null)
    throw invalid(
      'CALIBRATION data says how far predictions are off: expected target, the column of what was measured.',
      [...field, 'target'],
    );
  return { role, digest, format: input.format, ...reading };
}

function checkColumns(columns: unknown, field: readonly string[]): Record<string, string> {
  const isObject = typeof columns === 'object' && columns !== null && !Array.isArray(columns);
  if (!isObject)
    throw invalid('Expected columns as an object such as {"smiles": "SMILES_canonical"}.', field);
  const entries = Object.entries(columns);
  if (entries.length > MAX_COLUMNS)
    throw invalid(`Expected at most ${MAX_COLUMNS} columns, got ${entries.length}.`, field);
  return Object.fromEntries(
    entries.map(([name, column]) => {
      if (typeof column !== 'string')
        throw invalid(`Expected the name of a column for "${name}", got ${typeof column}.`, [...field, name]);
      return [name, checkText(column, [...field, name], { min: 1, max: MAX_NAME })];
    }),
  );
}

function invalid(message: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', message, { field });
}
