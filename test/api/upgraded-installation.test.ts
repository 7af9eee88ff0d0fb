import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examples } from '../../examples/index.js';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { gitClient, gitIsInstalled } from '../support/git-client.js';
import { olderSchema, refillDatabase } from '../support/older-schema.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask } from './support/ask.js';

/**
 * What the Retort of commit df318a2, before there were versions 3, left behind after its first start: rows (row_to_json), files
 * and answers. Its user then wrote a card of their own for binding-energy, and pointed esol@staging at version 1.
 */
interface Installation {
  readonly lastMigration: string;
  readonly rows: Readonly<Record<string, readonly object[]>>;
  readonly artifacts: Readonly<Record<string, string>>;
  readonly installation: string;
  readonly answers: object;
}

/** What was asked before and after. */
const ANSWERS = `mutation {
  a: predict(input: {version: "esol@1", instances: ["CCO", "c1ccccc1", "CC(=O)Oc1ccccc1C(=O)O"]}) { predictions { value unit } }
  b: predict(input: {version: "esol@2", instances: ["CCO", "c1ccccc1"]}) { predictions { value unit } }
  c: predict(input: {version: "binding-energy@1", instances: [{z: 26, n: 30}]}) { predictions { value unit } }
  d: predict(input: {deployment: "binding-energy", instances: [{z: 26, n: 30}]}) { version { ref } predictions { value unit } }
  e: predict(input: {deployment: "esol", instances: ["CCO"]}) { version { ref } predictions { value unit } }
  f: predict(input: {deployment: "lennard-jones", instances: [{positions: [[0,0,0],[1.1,0,0]]}]}) { version { ref } predictions { value } } }`;

const MODELS = `{ models { edges { node { name card
  versions { edges { node { ref tags { name } metrics { name value } attachments { role } } } } aliases { name version { ref } }
  deployments { edges { node { name state version { ref } revision { number } traffic { share } } } } } } } }`;

interface SeenModel {
  readonly name: string;
  readonly card: string;
  readonly versions: { readonly edges: readonly { readonly node: { readonly ref: string } }[] };
  readonly aliases: readonly object[];
  readonly deployments: { readonly edges: readonly { readonly node: object }[] };
}

describe.each(databaseKinds)('an installation from before version 3 of the examples, %s database', (kind) => {
  let app: TestApp;
  let old: Installation;
  let models: ReadonlyMap<string, SeenModel>;
  beforeAll(async () => {
    const packed = await readFile(new URL('../fixtures/install-before-version-3.json.gz', import.meta.url));
    old = JSON.parse(gunzipSync(packed).toString('utf8')) as Installation;
    const place = await createTestDatabase(kind);
    await refillDatabase(place, [
      ...(await olderSchema((name) => name > old.lastMigration)),
      // The only ones that migrations write themselves.
      'TRUNCATE "EventCursor", "Installation"',
      ...Object.entries(old.rows).map(([table, rows]) => inserted(table, rows)),
      `SELECT setval(pg_get_serial_sequence('"AliasMove"', 'id'), (SELECT max("id") FROM "AliasMove"))`,
    ]);
    for (const [digest, base64] of Object.entries(old.artifacts)) {
      const hex = digest.slice('sha256:'.length);
      const folder = join(place.dataDirectory, 'artifacts', 'sha256', hex.slice(0, 2));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, hex), Buffer.from(base64, 'base64'));
    }
    await writeFile(join(place.dataDirectory, 'installation.id'), old.installation);
    app = await startTestApp({ kind, examples: true, reuse: { config: place, close: () => place.drop() } });
    const answer = await ask<{ models: { edges: { node: SeenModel }[] } }>(app, MODELS);
    models = new Map(answer.models.edges.map(({ node }) => [node.name, node]));
  });
  afterAll(() => app.close());

  it('gets version 3 with its tag, metrics and data, beside those that were there', () => {
    for (const name of ['esol', 'binding-energy'])
      expect(models.get(name)?.versions.edges.map(({ node }) => node)).toMatchObject([
        {
          ref: `${name}@3`,
          tags: [{ name: 'v3.0.0' }],
          attachments: [{ role: 'TRAINING' }, { role: 'CALIBRATION' }],
        },
        { ref: `${name}@2`, tags: [{ name: 'v2.0.0' }], attachments: [] },
        { ref: `${name}@1`, tags: [{ name: 'v1.0.0' }], attachments: [] },
      ]);
  });

  it('serves what it served: aliases, deployments and traffic stay', () => {
    expect(models.get('esol')?.aliases).toEqual([
      { name: 'production', version: { ref: 'esol@2' } },
      { name: 'staging', version: { ref: 'esol@1' } },
    ]);
    for (const [name, served] of [
      ['esol', 2],
      ['binding-energy', 2],
      ['lennard-jones', 1],
    ] as const)
      expect(models.get(name)?.deployments.edges).toEqual([
        {
          node: {
            name,
            state: 'READY',
            version: { ref: `${name}@${served}` },
            revision: { number: 1 },
            traffic: [{ share: 1 }],
          },
        },
      ]);
  });

  it('answers as it answered, and by version 3 with interval and domain', async () => {
    expect(await ask(app, ANSWERS)).toEqual(old.answers);
    const { predict } = await ask<{ predict: { predictions: object[] } }>(
      app,
      'mutation { predict(input: {version: "esol@3", instances: ["CCO"]}) { predictions { interval { low } domain { inside } } } }',
    );
    expect(predict.predictions).toEqual([
      { interval: { low: expect.any(Number) }, domain: { inside: true } },
    ]);
  });

  it("has today's card where nobody wrote another", () => {
    const today = new Map(examples.map(({ name, card }) => [name, card]));
    expect(models.get('esol')?.card).toBe(today.get('esol'));
    expect(models.get('binding-energy')?.card).toBe('# Mine\n\nEdited by a user.');
  });

  it('is left alone by the next start', async () => {
    const before = app;
    await before.stop();
    app = await startTestApp({
      kind,
      examples: true,
      reuse: { config: before.config, close: () => before.close() },
    });
    const again = await ask<{ models: { edges: { node: SeenModel }[] } }>(app, MODELS);
    expect(again.models.edges.map(({ node }) => node)).toEqual([...models.values()]);
  });

  it('has the commits it had, and one for version 3', async () => {
    if (!gitIsInstalled) return;
    const client = await gitClient();
    try {
      const folder = join(client.directory, 'esol');
      await client.git(['clone', '-q', `${app.url}/git/esol.git`, folder]);
      const commits = (await client.git(['log', '--format=%h %s', 'origin/main'], folder)).split('\n');
      expect(commits.map((line) => line.slice(0, 15))).toEqual([
        expect.stringMatching(/^[0-9a-f]{7} esol@3:$/),
        // As `git log` said before.
        'ee2021f esol@2:',
        'c9bb631 esol@1:',
      ]);
    } finally {
      await client.close();
    }
  });
});

function inserted(table: string, rows: readonly object[]): string {
  const json = JSON.stringify(rows).replaceAll("'", "''");
  const columns = Object.keys(rows[0] ?? {})
    .map((name) => `"${name}"`)
    .join(', ');
  return `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::"${table}", '${json}')`;
}
