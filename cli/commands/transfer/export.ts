import { existsSync } from 'node:fs';
import { ModelArchive } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import type { Http } from '../../api/http.js';
import { defineCommand } from '../../command.js';
import { checkedArchive } from '../../transfer/check-archive.js';
import { taken, writeWhole } from '../../transfer/whole-file.js';
import { bytes, plural } from '../../terminal/format.js';
import type { Bar } from '../../terminal/progress.js';

export const exportModel = defineCommand({
  name: 'export',
  summary: 'Save a model with all its versions, names and history as one archive',
  positionals: {
    model: { kind: 'text', required: true, describe: "The model's name", completes: 'model' },
  },
  options: {
    output: {
      kind: 'text',
      describe: 'The file to write; MODEL.retort.tar when left out',
      completes: 'file',
    },
    force: { kind: 'flag', describe: 'Replace the file when there is one of this name' },
  },
  examples: [
    ['retort export esol', 'To esol.retort.tar'],
    ['retort export esol --output backup/esol.tar --force', 'To another place'],
  ],
  output:
    '{file, bytes, archive: {fileName, formatVersion, manifestDigest, versions, tags, aliases, aliasChanges, blobs, blobBytes}}',
  notes:
    'Every file in the archive is checked against its digest. The archive gets its name only when it is whole.',
  async run({ model, output, force }, { api, progress }) {
    const found = existing((await api.ask(ModelArchive, { name: model })).model, 'model', model);
    if (found.archive === null) throw api.http.notRetort();
    const { url, ...archive } = found.archive;
    // What a server calls a file must not lead out of the folder.
    const file = output ?? `${model}.retort.tar`;
    if (!force && existsSync(file)) throw taken(file);

    const response = await api.http.fetch(url);
    if (!response.ok || response.body === null)
      throw api.http.refusal(response.status, await api.http.text(response));
    const body = response.body as AsyncIterable<Uint8Array>;
    const size = Number(response.headers.get('content-length')) || null;
    let written = 0;
    await progress.measure(`Saving ${model}`, size, 'bytes', async (bar: Bar) => {
      const counted = (count: number) => {
        written += count;
        bar.advance(count);
      };
      await writeWhole(file, checkedArchive(received(api.http, body, counted)), { replace: force });
    });
    const holds = [
      plural(archive.versions, 'version'),
      plural(archive.tags, 'tag'),
      plural(archive.aliases, 'alias', 'aliases'),
    ];
    return {
      json: { file, bytes: written, archive },
      text: `Saved ${model} to ${file}: ${bytes(written)}, ${holds.join(', ')}.`,
    };
  },
});

async function* received(
  http: Http,
  body: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      yield chunk;
      onBytes(chunk.length);
    }
  } catch (error) {
    throw http.lost(error);
  }
}
