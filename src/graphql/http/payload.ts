import { isUserError, type UserErrorCode } from '../../platform/errors.js';

export interface UserErrorRecord {
  readonly field: string[] | null;
  readonly code: UserErrorCode;
  readonly message: string;
}

/**
 * The payload of a mutation: what it made, or what the caller can put right. Anything the caller cannot put right is
 * thrown on and becomes a GraphQL error.
 *
 * @param empty the payload's fields when nothing was made.
 * @param work makes the payload's fields, as an object of their own: the list of errors is added to it.
 */
export async function payload<Fields extends object, Empty extends object>(
  empty: Empty,
  work: () => Promise<Fields>,
): Promise<(Fields | Empty) & { userErrors: UserErrorRecord[] }> {
  try {
    return Object.assign(await work(), { userErrors: [] });
  } catch (error) {
    if (!isUserError(error)) throw error;
    return {
      ...empty,
      userErrors: [error, ...error.also]
        .filter((each) => isUserError(each))
        .map(({ field, code, message }) => ({ field: field ? [...field] : null, code, message })),
    };
  }
}
