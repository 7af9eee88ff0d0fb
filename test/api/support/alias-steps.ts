import { ask, succeed, type Api } from './ask.js';
import { publish, register } from './catalog-steps.js';
import { scalingModel } from './own-models.js';

const ALIAS = 'alias { name protected updatedAt updatedBy version { ref } }';
const ERRORS = 'userErrors { field code message }';

export const SET_ALIAS = `mutation ($input: SetAliasInput!) { setAlias(input: $input) { ${ALIAS} ${ERRORS} } }`;
export const ROLLBACK_ALIAS = `mutation ($input: RollbackAliasInput!) { rollbackAlias(input: $input) { ${ALIAS} ${ERRORS} } }`;
export const REMOVE_ALIAS = `mutation ($input: RemoveAliasInput!) { removeAlias(input: $input) { removedAlias ${ERRORS} } }`;
export const TAG = `mutation ($input: TagVersionInput!) { tagVersion(input: $input) { version { ref } ${ERRORS} } }`;
export const UNTAG = `mutation ($input: UntagVersionInput!) { untagVersion(input: $input) { version { ref } ${ERRORS} } }`;

export interface SeenAlias {
  readonly name: string;
  readonly protected: boolean;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly version: { readonly ref: string };
}

export interface SeenChange {
  readonly alias: string;
  readonly kind: string;
  readonly from: { readonly ref: string } | null;
  readonly to: { readonly ref: string } | null;
  readonly protected: boolean;
  readonly reason: string | null;
  readonly actor: string;
  readonly at: string;
}

/** A model with so many versions of the same bytes: only their numbers matter. */
export async function registerWithVersions(api: Api, model: string, versions: number): Promise<void> {
  await register(api, model);
  for (let number = 1; number <= versions; number += 1) await publish(api, model, scalingModel(2));
}

export async function setAlias(api: Api, input: object): Promise<SeenAlias> {
  return (await succeed<{ alias: SeenAlias }>(api, SET_ALIAS, { input })).alias;
}

export async function rollbackAlias(api: Api, input: object): Promise<SeenAlias> {
  return (await succeed<{ alias: SeenAlias }>(api, ROLLBACK_ALIAS, { input })).alias;
}

/** What the alias points to, now or at an instant. */
export async function targetOf(api: Api, model: string, name: string, at?: string): Promise<string | null> {
  const { model: found } = await ask<{ model: { alias: SeenAlias | null } }>(
    api,
    'query ($model: String!, $name: String!, $at: DateTime) { model(name: $model) { alias(name: $name, at: $at) { version { ref } } } }',
    { model, name, at },
  );
  return found.alias?.version.ref ?? null;
}

/** The whole history of one alias, or of all of them, oldest first. */
export async function historyOf(api: Api, model: string, alias?: string): Promise<SeenChange[]> {
  const changes: SeenChange[] = [];
  for (let after: string | null = null; ;) {
    const page: {
      model: {
        aliasHistory: {
          edges: { node: SeenChange }[];
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
        };
      };
    } = await ask(
      api,
      `query ($model: String!, $alias: String, $after: String) {
         model(name: $model) {
           aliasHistory(alias: $alias, first: 100, after: $after) {
             edges { node { alias kind from { ref } to { ref } protected reason actor at } }
             pageInfo { hasNextPage endCursor }
           }
         }
       }`,
      { model, alias, after },
    );
    const { edges, pageInfo } = page.model.aliasHistory;
    changes.push(...edges.map(({ node }) => node));
    if (!pageInfo.hasNextPage) return changes.reverse();
    after = pageInfo.endCursor;
  }
}
