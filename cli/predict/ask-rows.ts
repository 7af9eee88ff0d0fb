import { Predict, type PredictInput, type PredictMutation } from '../__generated__/operations.js';
import { accepted, type Api } from '../api/api.js';
import { Failure } from '../failure.js';
import type { Row } from '../input/row.js';

/** Small enough to be answered within a deadline and to move the bar, large enough to fill batches. */
const ROWS_A_REQUEST = 200;

type Answered = PredictMutation['predict']['predictions'][number];

/** What became of one row. */
export interface Prediction extends Answered, Pick<Row, 'instance' | 'name' | 'columns'> {
  /** Null for a row that could not be asked about. */
  readonly version: string | null;
}

type Options = Pick<PredictInput, 'deadlineMs' | 'priority'>;
type Subject = Pick<PredictInput, 'deployment' | 'version'>;

/** Asks about rows as they come, some at a time, and answers in their order. @throws Failure */
export async function* askRows(
  api: Api,
  target: string,
  rows: AsyncIterable<Row> | Iterable<Row>,
  options: Options,
): AsyncGenerator<readonly Prediction[]> {
  let subject: Subject = target.includes('@') ? { version: target } : { deployment: target };
  let done = 0;
  for await (const chunk of chunksOf(rows)) {
    const instances = chunk.filter(({ fault }) => fault === null).map(({ instance }) => instance);
    let answers: Iterator<Answered & { readonly version: string }> = [].values();
    if (instances.length > 0) {
      try {
        const answer = await ask(api, subject, { instances, ...options });
        subject = answer.subject;
        answers = answer.predictions.values();
      } catch (error) {
        throw done > 0 && error instanceof Failure ? after(done, error) : error;
      }
    }
    yield chunk.map(({ name, columns, instance, line, fault }): Prediction => {
      const own = { instance, name, columns };
      if (fault !== null) return { ...own, ...unasked(line, fault) };
      const answer = answers.next();
      if (answer.done === true)
        throw new Failure(3, 'NOT_RETORT', 'The server answered fewer predictions than instances.');
      return { ...own, ...answer.value };
    });
    done += chunk.length;
  }
}

function unasked(line: number, fault: string): Answered & { readonly version: null } {
  const message = `Line ${line}: ${fault.replace(/^Line \d+ /, 'it ')}`;
  return { value: null, unit: null, warnings: [], error: { code: 'UNREADABLE_ROW', message }, version: null };
}

function after(done: number, { exit, code, message, field }: Failure): Failure {
  return new Failure(exit, code, `${message} (${done} rows before were answered.)`, field);
}

async function* chunksOf(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<readonly Row[]> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < ROWS_A_REQUEST) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Asks about some rows; a deployment that is not there may be a model, which later rows then ask at once. */
async function ask(
  api: Api,
  subject: Subject,
  input: Omit<PredictInput, 'deployment' | 'version'>,
): Promise<{
  readonly subject: Subject;
  readonly predictions: readonly (Answered & { readonly version: string })[];
}> {
  const { predict } = await api.ask(Predict, { input: { ...subject, ...input } });
  const [mistake] = predict.userErrors;
  if (mistake?.code === 'DEPLOYMENT_NOT_FOUND' && typeof subject.deployment === 'string') {
    return await ask(api, { version: subject.deployment }, input).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'MODEL_NOT_FOUND') throw error;
      const message = `There is neither a deployment nor a model ${JSON.stringify(subject.deployment)}. See: retort list deployments`;
      throw new Failure(error.exit, mistake.code, message, error.field);
    });
  }
  const { ref: version } = accepted(predict, 'version');
  return { subject, predictions: predict.predictions.map((prediction) => ({ ...prediction, version })) };
}
