import {
  ConvertedVersion,
  ModelFormatValues,
  StartConversion,
  type ConversionFoundFragment,
  type PublishedVersionFragment,
  type StartConversionInput,
} from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import type { Session } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import { readRows } from '../input/read-rows.js';
import { openText } from '../input/text-source.js';
import { followJob } from '../jobs/watch.js';
import type { Values } from '../option.js';
import { number, plural } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';

export const conversionOptions = {
  format: {
    kind: 'choice',
    choices: ModelFormatValues,
    describe: 'To convert: what the file is, where its content does not tell',
  },
  signature: { kind: 'text', describe: 'To convert: which signature of a SavedModel', completes: 'nothing' },
  sample: {
    kind: 'text',
    describe: 'To convert: rows (CSV, JSON lines) that the model and the graph are both asked',
    completes: 'file',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    describe: 'To convert: how far a number may be off, relative to its size; 1e-4 when left out',
  },
  option: {
    kind: 'texts',
    describe: 'To convert: NAME=JSON for the converter, such as floats="FP64"; several times',
    completes: 'nothing',
  },
  'trust-pickle': {
    kind: 'flag',
    describe: 'To convert a pickle, which is a program: you trust whoever made it',
  },
} as const;

export type ConversionAsked = Values<typeof conversionOptions>;
type Asked = Pick<
  StartConversionInput,
  'format' | 'signature' | 'sample' | 'tolerance' | 'options' | 'trustPickle'
>;

/** What is asked for, before anything is uploaded. @throws Failure USAGE */
export async function conversionValues(
  { format, signature, sample, tolerance, option, trustPickle }: ConversionAsked,
  session: Session,
): Promise<Asked> {
  if (trustPickle)
    session.surroundings.stderr.write(
      'retort: a pickle is a program. It is about to run on the server, apart from the network and in a process of its own, but with the rights of the server.\n',
    );
  return {
    format,
    signature,
    trustPickle,
    ...(tolerance !== undefined && { tolerance }),
    sample: sample === undefined ? undefined : { rows: await sampleRows(sample, session) },
    options: option.length === 0 ? undefined : Object.fromEntries(option.map(parseOption)),
  };
}

/** Has the server convert a file, and watches. @throws Failure with what the job says, when it does not succeed */
export async function convertAndPublish(
  session: Session,
  input: StartConversionInput,
): Promise<PublishedVersionFragment> {
  const { api } = session;
  const begun = accepted((await api.ask(StartConversion, { input })).startConversion, 'job');
  const job = await followJob(session, begun);
  if (job.state !== 'SUCCEEDED')
    throw new Failure(
      EXIT.REFUSED,
      `JOB_${job.state}`,
      job.state === 'PAUSED'
        ? `The job ${job.id} is paused: retort job ${job.id} --resume --follow goes on with it.`
        : (job.error ?? `The job ${job.id} is ${job.state}. Nothing is published.`),
    );
  const { version: ref } = job.result as { readonly version: string };
  const { version } = await api.ask(ConvertedVersion, { ref });
  if (version !== null) return version;
  throw new Failure(EXIT.REFUSED, 'VERSION_NOT_FOUND', `${ref} was published, and has been deleted since.`);
}

/** How far the graph is from the model it was made of. */
export function proofTable({ about, proof, warnings }: ConversionFoundFragment): string {
  const { sample, tolerance, converter, server } = proof;
  const shown = (distance: number | null | undefined) =>
    distance === null || distance === undefined ? 'equal' : number(Number(distance.toPrecision(3)));
  return stack(
    `Converted from ${about}; both were asked ${plural(sample.rows, sample.source === 'GIVEN' ? 'given row' : 'made-up row')} and agree within ${tolerance}.`,
    table(
      ['OUTPUT', 'ELEMENTS', 'LARGEST DIFFERENCE', 'MEAN', 'LARGEST RELATIVE', 'ON THE SERVER'],
      converter.map(({ name, elements, largest, mean, largestRelative }) => [
        name,
        String(elements),
        shown(largest),
        shown(mean),
        shown(largestRelative),
        shown(server.find((other) => other.name === name)?.largestRelative),
      ]),
    ),
    warnings.map((warning) => `Note: ${warning}`).join('\n'),
  );
}

async function sampleRows(path: string, session: Session): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { instance, fault, line } of readRows(
    await openText(path, session),
    undefined,
    [],
    null,
  )) {
    if (fault !== null) throw wrongUsage(`--sample: line ${line} of ${path}: ${fault}.`);
    rows.push(instance);
  }
  return rows;
}

function parseOption(text: string): readonly [string, unknown] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw wrongUsage(`--option: expected NAME=JSON, such as floats="FP64", got ${JSON.stringify(text)}.`);
  try {
    return [name.trim(), JSON.parse(value)];
  } catch {
    // Text is told from JSON by its quotes, which shells take away.
    return [name.trim(), value];
  }
}
