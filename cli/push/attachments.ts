import type { AttachmentInput, FileFormatValues } from '../__generated__/operations.js';
import type { Session } from '../command.js';
import { wrongUsage } from '../failure.js';
import { sizeOf } from '../files.js';
import { parseColumns } from '../input/column-mapping.js';
import { storeFile } from './store-file.js';

/** What `push` is told of data that belongs to the version. */
export const attachmentOptions = {
  training: {
    kind: 'text',
    describe: 'The data it was trained on: predictions then say how far an instance is from it',
    completes: 'file',
  },
  calibration: {
    kind: 'texts',
    describe: 'Measured data it was not trained on, for intervals; several times',
    completes: 'file',
  },
  reference: { kind: 'texts', describe: 'Rows to rank predictions among; several times', completes: 'file' },
  background: {
    kind: 'text',
    describe: 'Rows that stand for the usual, for explanations',
    completes: 'file',
  },
  tokenizer: { kind: 'texts', describe: 'What turns text into tokens; several times', completes: 'file' },
  target: { kind: 'text', describe: 'The column of what was measured, in these files', completes: 'nothing' },
  predicted: {
    kind: 'text',
    describe: 'With --calibration: the column of out-of-fold predictions; else the model is asked',
    completes: 'nothing',
  },
  difficulty: {
    kind: 'text',
    describe: 'With --calibration: nearest, or RESULT[=COLUMN] that says how unsure a prediction is',
    completes: 'nothing',
  },
  columns: {
    kind: 'texts',
    describe: 'FIELD=COLUMN where a field has another name in these files; several times',
    completes: 'nothing',
  },
  'disclose-training': {
    kind: 'flag',
    describe: 'Let predictions name the training rows nearest to an instance',
  },
} as const;

export interface AttachmentValues {
  readonly training: string | undefined;
  readonly calibration: readonly string[];
  readonly reference: readonly string[];
  readonly background: string | undefined;
  readonly tokenizer: readonly string[];
  readonly target: string | undefined;
  readonly predicted: string | undefined;
  readonly difficulty: string | undefined;
  readonly columns: readonly string[];
  readonly discloseTraining: boolean;
}

/** A file to attach, before it is uploaded. */
export interface Attached {
  readonly file: string;
  readonly input: Omit<AttachmentInput, 'digest'>;
}

/** Everything about files that can be found wrong before anything is uploaded. @throws Failure USAGE */
export async function attachedFiles(values: AttachmentValues): Promise<Attached[]> {
  const { target, predicted } = values;
  const columns = Object.fromEntries(parseColumns(values.columns, '--columns'));
  const hasCalibration = values.calibration.length > 0;
  if (hasCalibration && target === undefined)
    throw wrongUsage('--calibration: expected --target with it, the column of what was measured.');
  for (const name of ['predicted', 'difficulty'] as const)
    if (values[name] !== undefined && !hasCalibration)
      throw wrongUsage(`--${name} is about calibration: expected --calibration with it.`);
  const rows = (
    role: AttachmentInput['role'],
    file: string,
    more: Partial<AttachmentInput> = {},
  ): Attached => ({
    file,
    input: { role, format: fileFormat(file, role), columns, ...more },
  });
  const difficulty =
    values.difficulty === undefined ? {} : { difficulty: parseDifficulty(values.difficulty) };
  const { training, background } = values;
  const attached = [
    ...(training === undefined
      ? []
      : // Out-of-fold predictions stand beside the training rows themselves: neighbours then show them.
        [
          rows('TRAINING', training, {
            target,
            ...(values.calibration.includes(training) && { predicted }),
          }),
        ]),
    ...values.calibration.map((file) =>
      rows('CALIBRATION', file, { target, predicted, options: difficulty }),
    ),
    ...values.reference.map((file) => rows('REFERENCE', file, { target })),
    ...(background === undefined ? [] : [rows('BACKGROUND', background)]),
    ...values.tokenizer.map((file): Attached => ({ file, input: { role: 'TOKENIZER' } })),
  ];
  if (attached.length === 0 && (target !== undefined || values.columns.length > 0 || values.discloseTraining))
    throw wrongUsage(
      '--target, --columns and --disclose-training are about data: expected --training or --calibration with them.',
    );
  for (const { file } of attached) await sizeOf(file);
  return attached;
}

/** Uploads them. @throws Failure */
export async function storeAttached(
  attached: readonly Attached[],
  session: Session,
): Promise<AttachmentInput[]> {
  const stored: AttachmentInput[] = [];
  for (const { file, input } of attached)
    stored.push({ ...input, digest: (await storeFile(file, session, { alone: true })).digest });
  return stored;
}

function parseDifficulty(text: string): unknown {
  if (text.toLowerCase() === 'nearest') return 'NEAREST';
  const [, result, column] = /^([^=]+)(?:=(.+))?$/.exec(text) ?? [];
  if (result === undefined)
    throw wrongUsage(`--difficulty: expected nearest or RESULT[=COLUMN], got ${JSON.stringify(text)}.`);
  return { result: result.trim(), ...(column !== undefined && { column: column.trim() }) };
}

const BY_EXTENSION: Readonly<Record<string, (typeof FileFormatValues)[number]>> = {
  csv: 'CSV',
  tsv: 'TSV',
  tab: 'TSV',
  jsonl: 'JSONL',
  ndjson: 'JSONL',
  sdf: 'SDF',
  sd: 'SDF',
  smi: 'SMI',
  smiles: 'SMI',
  parquet: 'PARQUET',
};

function fileFormat(file: string, role: string): (typeof FileFormatValues)[number] {
  const [, extension = ''] = /\.(\w+)$/.exec(file.toLowerCase().replace(/\.gz$/, '')) ?? [];
  const format = BY_EXTENSION[extension];
  if (format !== undefined) return format;
  throw wrongUsage(
    `--${role.toLowerCase()}: expected a file that ends with one of ${Object.keys(BY_EXTENSION).join(', ')}, got ${file}.`,
  );
}
