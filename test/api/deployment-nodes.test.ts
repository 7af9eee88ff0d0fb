import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { publish } from './support/catalog-steps.js';
import { onBothPaths } from './support/graphql-paths.js';
import { change, MIGRATE, migratedTo } from './support/migration-steps.js';
import { scalingModel } from './support/own-models.js';
import { PATIENT_MS, serveWith } from './support/serving-steps.js';

interface Known {
  readonly deployment: {
    readonly id: string;
    readonly migration: { readonly id: string };
    readonly migrations: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
    readonly revisions: {
      readonly edges: readonly { readonly node: { readonly id: string; readonly number: number } }[];
    };
  };
}

const NODES = /* GraphQL */ `
  query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on DeploymentRevision {
        revision: number
        version {
          ref
        }
        deployment {
          name
        }
      }
      ... on Migration {
        number
        state
        waitsFor
        toRevision {
          id
        }
        deployment {
          id
        }
      }
    }
  }
`;

describe.each(onBothPaths)(
  'revisions and migrations by their ids, %s database, compiled %s',
  (kind, compiled) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startTestApp({ kind, graphqlPaths: { compiled } });
      await serveWith(app, 'scale', scalingModel(2), {});
      await publish(app, 'scale', scalingModel(3));
    });
    afterAll(() => app.close());

    const known = () =>
      ask<Known>(
        app,
        `{ deployment(name: "scale") { id migration { id } migrations { edges { node { id } } }
           revisions { edges { node { id number } } } } }`,
      );

    it('are found again, one under way with what is seen of it at the moment', async () => {
      await change(app, MIGRATE, {
        deployment: 'scale',
        version: 'scale@2',
        strategy: 'BLUE_GREEN',
        waitMs: PATIENT_MS,
      });
      await migratedTo(app, 'scale', 'AWAITING_APPROVAL');
      const { deployment } = await known();
      const revisions = deployment.revisions.edges.map(({ node }) => node);
      expect(revisions.map(({ number }) => number)).toEqual([2, 1]);
      expect(deployment.migrations.edges).toEqual([{ node: { id: deployment.migration.id } }]);

      const ids = [deployment.migration.id, ...revisions.map(({ id }) => id)];
      const { nodes } = await ask<{ nodes: unknown[] }>(app, NODES, { ids });
      expect(nodes).toEqual([
        {
          __typename: 'Migration',
          id: ids[0],
          number: 1,
          state: 'AWAITING_APPROVAL',
          waitsFor: expect.stringContaining('resumeMigration'),
          toRevision: { id: ids[1] },
          deployment: { id: deployment.id },
        },
        {
          __typename: 'DeploymentRevision',
          id: ids[1],
          revision: 2,
          version: { ref: 'scale@2' },
          deployment: { name: 'scale' },
        },
        {
          __typename: 'DeploymentRevision',
          id: ids[2],
          revision: 1,
          version: { ref: 'scale@1' },
          deployment: { name: 'scale' },
        },
      ]);
      expect(new Set([...ids, deployment.id]).size).toBe(4);
    });

    it('are gone with their model', async () => {
      const { deployment } = await known();
      const ids = [deployment.migration.id, ...deployment.revisions.edges.map(({ node }) => node.id)];
      await app.graphql('mutation { undeploy(input: {name: "scale"}) { userErrors { code } } }');
      await app.graphql('mutation { archiveModel(input: {name: "scale"}) { userErrors { code } } }');
      await app.graphql('mutation { deleteModel(input: {name: "scale"}) { userErrors { code } } }');
      expect(await ask(app, NODES, { ids })).toEqual({ nodes: [null, null, null] });
    });

    it('are told apart from what is no id of theirs', async () => {
      const nothing = Buffer.from('Migrations:00000000-0000-7000-8000-000000000000').toString('base64url');
      expect(onlyError(await app.graphql(NODES, { ids: [nothing] })).code).toBe('INVALID_ARGUMENT');
    });
  },
);
