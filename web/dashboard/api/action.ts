import { useState } from 'react';
import { useClient, type AnyVariables } from 'urql';
import { sentences } from '../components/query-error.js';
import type { ApiDocument } from './documents.js';

/** What the caller can put right, as every payload has it. */
export interface Fault {
  readonly field: readonly string[] | null;
  readonly code?: string;
  readonly message: string;
}

export interface Action<Data, Variables> {
  /** @returns the answer when the server accepted, else null; what it said stays in `faults` and `failure` */
  readonly run: (variables: Variables) => Promise<Data | null>;
  readonly isRunning: boolean;
  /** What is wrong at this path inside `input`; null when nothing is. */
  readonly faultAt: (...path: readonly string[]) => string | null;
  readonly hasCode: (code: string) => boolean;
  /** What is wrong at no path that the form shows, and failures of the request as a whole. */
  readonly otherFaults: (...shown: readonly string[]) => readonly string[];
}

type Payload = { readonly userErrors: readonly Fault[] };

/** A mutation that somebody asks for, and what the server says against it. */
export function useAction<Data extends object, Variables extends AnyVariables & object>(
  document: ApiDocument<Data, Variables>,
): Action<Data, Variables> {
  const client = useClient();
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [isRunning, setRunning] = useState(false);

  const run = async (variables: Variables): Promise<Data | null> => {
    setRunning(true);
    setFaults([]);
    const { data, error } = await client.mutation(document, variables).toPromise();
    setRunning(false);
    if (error !== undefined || data === undefined) {
      setFaults([
        { field: null, message: error === undefined ? 'The server gave no answer.' : sentences(error) },
      ]);
      return null;
    }
    const found = Object.values(data).flatMap((payload) => (payload as Payload).userErrors);
    setFaults(found);
    return found.length === 0 ? data : null;
  };

  const startsWith = (fault: Fault, path: readonly string[]) =>
    fault.field !== null && path.every((part, index) => fault.field?.[index] === part);
  return {
    run,
    isRunning,
    faultAt: (...path) =>
      faults
        .filter((fault) => startsWith(fault, path))
        .map(({ message }) => message)
        .join(' ') || null,
    hasCode: (code) => faults.some((fault) => fault.code === code),
    otherFaults: (...shown) =>
      faults
        .filter((fault) => !shown.some((path) => startsWith(fault, path.split('.'))))
        .map(({ message }) => message),
  };
}
