import type { CombinedError } from 'urql';
import { Button } from './button.js';
import { Notice } from './notice.js';

/** Why a query was not answered, in the server's own words, and a way to ask again. */
export function QueryError({
  error,
  onRetry,
}: {
  readonly error: CombinedError;
  readonly onRetry: () => void;
}) {
  return (
    <Notice kind="bad">
      <p>{sentences(error)}</p>
      <p>
        <Button small onPress={onRetry}>
          Ask again
        </Button>
      </p>
    </Notice>
  );
}

export function sentences(error: CombinedError): string {
  if (error.graphQLErrors.length > 0) return error.graphQLErrors.map(({ message }) => message).join(' ');
  return error.response === undefined
    ? 'The server did not answer. Is it running, and is the network up?'
    : error.message;
}
