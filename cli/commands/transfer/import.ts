import {
  ImportConflictValues,
  ImportModel,
  type ImportModelMutation,
} from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { uploadFile } from '../../api/upload.js';
import { defineCommand, type Session } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { digestOf, sizeOf } from '../../files.js';
import { bytes, plural } from '../../terminal/format.js';
import { facts, section, stack, table } from '../../terminal/layout.js';

export const importModel = defineCommand({
  name: 'import archive',
  isDefault: true,
  summary: 'Restore a model from an archive, all of it or nothing',
  positionals: {
    archive: {
      kind: 'text',
      required: true,
      describe: 'The file, or an https address the server fetches it from',
      completes: 'file',
    },
  },
  options: {
    'dry-run': { kind: 'flag', describe: 'Only say what would be done' },
    as: { kind: 'text', describe: 'The name it gets here; its own when left out', completes: 'model' },
    'on-conflict': {
      kind: 'choice',
      choices: ImportConflictValues,
      default: 'REFUSE',
      describe: 'What to do when there is a model of this name',
    },
    reason: { kind: 'text', describe: 'Why; needed when a protected alias moves' },
  },
  examples: [
    ['retort import esol.retort.tar --dry-run', 'What it would do'],
    ['retort import esol.retort.tar --as esol-copy', 'Under another name'],
    ['retort import esol.retort.tar --on-conflict merge', 'Add what is missing here'],
  ],
  output:
    '{changed, dryRun, model: {name} or null, plan: {sourceModel, targetModel, changes, refusal, model, versions, tags, aliases, …}}',
  notes:
    'A --dry-run of what would be refused ends with 4. Importing what is here already changes nothing and ends with 0.',
  async run({ archive, dryRun, as, onConflict, reason }, session) {
    const { api, progress } = session;
    const place = archive.startsWith('https://')
      ? { url: archive }
      : { digest: await upload(archive, session) };
    const { importModel: answer } = await progress.spin('Checking the archive on the server', async () =>
      api.ask(ImportModel, { input: { archive: place, dryRun, as, onConflict, reason } }),
    );
    const plan = accepted(answer, 'plan');
    const { changed, model } = answer;
    return {
      json: { changed, dryRun, model, plan },
      text: report(plan, { changed, dryRun }),
      exit: dryRun && plan.refusal !== null ? EXIT.NEGATIVE : EXIT.DONE,
    };
  },
});

async function upload(file: string, { api, progress, signal }: Session): Promise<string> {
  const size = await sizeOf(file);
  const digest = await progress.measure('Reading', size, 'bytes', async (bar) => digestOf(file, bar, signal));
  await progress.measure('Uploading', size, 'bytes', async (bar) =>
    uploadFile(api.http, {
      to: `archives?digest=${digest}`,
      file,
      size,
      signal,
      onBytes: (count) => bar.advance(count),
    }),
  );
  return digest;
}

type Plan = NonNullable<ImportModelMutation['importModel']['plan']>;

function report(
  plan: Plan,
  { changed, dryRun }: { readonly changed: boolean; readonly dryRun: boolean },
): string {
  const name =
    plan.sourceModel === plan.targetModel ? plan.targetModel : `${plan.sourceModel} as ${plan.targetModel}`;
  return stack(
    headline(name, plan, { changed, dryRun }),
    facts([
      [
        'model',
        `${plan.model.action}${plan.model.changed.length > 0 ? `: ${plan.model.changed.join(', ')}` : ''}`,
      ],
      ['versions', `${plan.versionsAdded} of ${plan.versionCount} new`],
      ['evaluations', `${plan.evaluationsAdded} new`],
      ['tags', `${plan.tagsAdded} new`],
      ['alias history', `${plural(plan.aliasChangesAdded, 'entry', 'entries')} new`],
      ['files', `${plan.blobsAdded} new, ${bytes(plan.bytesAdded)}`],
      ['missing parents', plan.missingParents.map(({ ref, relation }) => `${ref} (${relation})`).join(', ')],
    ]),
    section('Conflicts', conflicts(plan)),
  );
}

function headline(
  name: string,
  plan: Plan,
  { changed, dryRun }: { readonly changed: boolean; readonly dryRun: boolean },
): string {
  if (plan.refusal !== null) return `The import of ${name} would be refused: ${plan.refusal.message}`;
  if (changed) return `Imported ${name}.`;
  return dryRun && plan.changes ? `Would import ${name}.` : `Everything of ${name} is here already.`;
}

function conflicts({ model, versions, tags, aliases }: Plan): string {
  const rows = [
    ...[{ ...model, what: 'the model' }],
    ...versions.map((each) => ({ ...each, what: `version ${each.number}` })),
    ...tags.map((each) => ({ ...each, what: `tag ${each.name}` })),
    ...aliases.map((each) => ({ ...each, what: `alias ${each.name}` })),
  ].filter(({ action }) => action === 'CONFLICT');
  return rows.length === 0
    ? ''
    : table(
        ['WHAT', 'WHY'],
        rows.map(({ what, reason }) => [what, reason ?? '']),
      );
}
