import { ArchiveModel, DeleteModel, DomainValues, ModelBeforePush } from '../__generated__/operations.js';
import { accepted, type Api } from '../api/api.js';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import { readText } from '../files.js';

export const registrationOptions = {
  register: { kind: 'flag', describe: 'Register the model first when there is none of this name' },
  domain: { kind: 'choice', choices: DomainValues, describe: 'With --register: its field of science' },
  title: { kind: 'text', describe: 'With --register: the name people read' },
  summary: { kind: 'text', describe: 'With --register: what it predicts, in a sentence' },
  label: { kind: 'texts', describe: 'With --register: a label to find it by; several times' },
  card: { kind: 'text', describe: 'With --register: a Markdown file, its card', completes: 'file' },
} as const;

export const HOW_TO_REGISTER = 'Register it with --register --domain <DOMAIN>, or see: retort list';

interface RegistrationValues {
  readonly register: boolean;
  readonly domain: (typeof DomainValues)[number] | undefined;
  readonly title: string | undefined;
  readonly summary: string | undefined;
  readonly label: readonly string[];
  readonly card: string | undefined;
}

/** Null without --register. @throws Failure USAGE */
export async function registrationOf({ register, domain, title, summary, label, card }: RegistrationValues) {
  if (!register) {
    const stray = Object.entries({ domain, title, summary, card }).find(([, value]) => value !== undefined);
    if (stray !== undefined || label.length > 0)
      throw wrongUsage(`--${stray?.[0] ?? 'label'} is about a new model: expected --register with it.`);
    return null;
  }
  if (domain === undefined)
    throw wrongUsage(`--register: expected --domain with it, one of ${DomainValues.join(', ')}.`);
  return {
    domain,
    title,
    summary,
    labels: label,
    card: card === undefined ? undefined : await readText(card),
  };
}

/**
 * A model that was registered for a version goes again when the version is refused: else a name would be taken by nothing.
 * One that has got a version from somebody else meanwhile stays.
 */
export async function orForget<T>(api: Api, model: string, publish: () => Promise<T>): Promise<T> {
  try {
    return await publish();
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== EXIT.REFUSED) throw error;
    const reason = 'its first version was refused';
    try {
      const now = (await api.ask(ModelBeforePush, { model })).model;
      if (now !== null && now.version === null) {
        const input = { name: model, reason };
        accepted(
          (await api.ask(ArchiveModel, { input: { ...input, archived: true } })).archiveModel,
          'model',
        );
        accepted((await api.ask(DeleteModel, { input })).deleteModel, 'deletedModelId');
      }
    } catch (cause) {
      const message = `${error.message} The model ${model} is registered all the same, without a version.`;
      throw new Failure(error.exit, error.code, message, error.field, { cause });
    }
    throw error;
  }
}
