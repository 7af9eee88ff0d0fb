import { FieldFault, FieldReader, type FieldWish } from '../../datafiles/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import { failedRow, type FileProgress, type RowSink } from '../rows/answer-file.js';
import type { AnsweredRow } from '../rows/answering.js';
import type { AskedFile } from '../rows/asked-rows.js';
import { resultNamed, type FileEvaluation } from './evaluation-input.js';
import { GROUP, labelledRow, TARGET } from './labelled-rows.js';

type Asked = Pick<FileEvaluation, 'target' | 'groupBy' | 'predicted'>;

/** Writes rows that were measured and answered, and counts the others. */
export class LabelSink implements RowSink {
  constructor(
    private readonly reader: FieldReader,
    private readonly asked: Asked,
    private readonly reached: FileProgress,
  ) {}

  textOf(rows: readonly AnsweredRow[]): string {
    let text = '';
    const question = { result: this.asked.predicted, hasGroups: this.asked.groupBy !== null };
    for (const row of rows) {
      const labelled = labelledRow(row, this.labelOf(row), question);
      if ('fault' in labelled) failedRow(this.reached, row.asked.line, 'NOT_COUNTED', labelled.fault);
      else text += `${JSON.stringify(labelled)}\n`;
    }
    return text;
  }

  end(): string {
    return '';
  }

  private labelOf({ asked }: AnsweredRow): Record<string, unknown> | string {
    try {
      return this.reader.read(asked.row);
    } catch (error) {
      if (error instanceof FieldFault) return error.message;
      throw error;
    }
  }
}

/** @throws DomainError COLUMN_NOT_FOUND */
export function labelReader(
  file: AskedFile,
  { target, groupBy, predicted }: Asked,
  pipeline: Pipeline,
): FieldReader {
  const isLabel = resultNamed(pipeline, predicted)?.kind === 'text';
  const wishes: FieldWish[] = [{ name: TARGET, column: target, as: isLabel ? 'text' : 'any' }];
  if (groupBy !== null) wishes.push({ name: GROUP, column: groupBy, as: 'text' });
  return new FieldReader(file.description, wishes);
}
