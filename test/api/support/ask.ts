import type { GraphqlAnswer, TestApp } from '../../support/test-app.js';

/** Anything that answers GraphQL: an app in this process, or a server in another. */
export type Api = Pick<TestApp, 'graphql'>;

export interface UserError {
  readonly field: readonly string[] | null;
  readonly code: string;
  readonly message: string;
}

/** The data of an answer that must not have errors. `Data` is the shape the document asks for. */
export async function ask<Data>(
  api: Api,
  document: string,
  variables?: Record<string, unknown>,
): Promise<Data> {
  const answer = await api.graphql(document, variables);
  if (answer.errors) throw new Error(`The request failed: ${JSON.stringify(answer.errors)}`);
  return answer.data as Data;
}

/** The payload of a mutation (the document's only field) that must have gone well. */
export async function succeed<Payload extends object>(
  api: Api,
  document: string,
  variables?: Record<string, unknown>,
): Promise<Payload> {
  const payload = await onlyField<Payload & { userErrors: readonly UserError[] }>(api, document, variables);
  if (payload.userErrors.length > 0)
    throw new Error(`The mutation was refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

/** The one thing a mutation's caller has to put right. */
export async function refusal(
  api: Api,
  document: string,
  variables?: Record<string, unknown>,
): Promise<UserError> {
  const [first, ...more] = await refusals(api, document, variables);
  if (!first || more.length > 0)
    throw new Error(`Expected exactly one user error, got ${JSON.stringify([first, ...more])}`);
  return first;
}

/** All that a mutation's caller has to put right. */
export async function refusals(
  api: Api,
  document: string,
  variables?: Record<string, unknown>,
): Promise<readonly UserError[]> {
  const { userErrors } = await onlyField<{ userErrors: readonly UserError[] }>(api, document, variables);
  return userErrors;
}

/** The one error of a request that was refused as a whole. */
export function onlyError(answer: GraphqlAnswer): { message: string; code: unknown } {
  const [first, ...more] = answer.errors ?? [];
  if (!first || more.length > 0) throw new Error(`Expected exactly one error, got ${JSON.stringify(answer)}`);
  return { message: first.message, code: first.extensions.code };
}

async function onlyField<Payload>(
  api: Api,
  document: string,
  variables?: Record<string, unknown>,
): Promise<Payload> {
  const [payload] = Object.values(await ask<Record<string, Payload>>(api, document, variables));
  if (payload === undefined) throw new Error('The document asks for nothing');
  return payload;
}
