import type { TestApp } from '../../support/test-app.js';
import { succeed, type Api } from './ask.js';

export const IMPORT = `mutation ($input: ImportModelInput!) {
  importModel(input: $input) {
    plan {
      sourceModel targetModel changes refusal { code message field }
      model { action reason changed }
      versions { number digest action reason } versionCount versionsAdded
      evaluations { versionNumber dataset result action } evaluationsAdded
      tags { name versionNumber action reason } tagsAdded
      aliases { name versionNumber action entriesAdded reason } aliasChangesAdded
      blobsAdded bytesAdded missingParents { ref digest relation }
    }
    changed model { name } userErrors { field code message }
  }
}`;

export const EXPORT = `mutation ($input: ExportModelInput!) {
  exportModel(input: $input) {
    archive { url fileName formatVersion size manifestDigest versions tags aliases aliasChanges blobs blobBytes }
    userErrors { field code message }
  }
}`;

interface Part {
  readonly action: string;
  readonly reason: string | null;
}

export interface Imported {
  readonly changed: boolean;
  readonly model: { readonly name: string } | null;
  readonly plan: {
    readonly changes: boolean;
    readonly refusal: { readonly code: string; readonly message: string } | null;
    readonly model: Part & { readonly changed: readonly string[] };
    readonly versions: readonly (Part & { readonly number: number })[];
    readonly versionsAdded: number;
    readonly tags: readonly (Part & { readonly name: string })[];
    readonly aliases: readonly (Part & { readonly name: string; readonly entriesAdded: number })[];
    readonly aliasChangesAdded: number;
    readonly blobsAdded: number;
    readonly bytesAdded: number;
    readonly missingParents: readonly { readonly ref: string }[];
  };
}

type At = Pick<TestApp, 'url'>;

/** The whole archive of a model, as it is downloaded. */
export async function download({ url }: At, model: string): Promise<Buffer> {
  const response = await fetch(`${url}/models/${model}/archive`);
  if (!response.ok) throw new Error(`export failed: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/** @returns its digest. */
export async function send({ url }: At, archive: Uint8Array): Promise<string> {
  const response = await fetch(`${url}/archives`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
    body: new Uint8Array(archive),
  });
  if (!response.ok) throw new Error(`upload failed: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { digest: string }).digest;
}

/** Sends an archive and imports it. */
export async function importArchive(
  api: Api & At,
  archive: Uint8Array,
  more: object = {},
): Promise<Imported> {
  const digest = await send(api, archive);
  return succeed<Imported>(api, IMPORT, { input: { archive: { digest }, ...more } });
}
