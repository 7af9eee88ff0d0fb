import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { useDebounced } from '../components/use-debounced.js';
import { sentences } from '../components/query-error.js';
import { Depiction } from '../__generated__/playground.js';
import { useDepictionTheme } from './use-depiction-theme.js';

const PAUSE_MS = 200;

export interface TypedDepiction {
  /** The last that could be drawn. */
  readonly svg: string | null;
  /** What it is of. */
  readonly molecule: string;
  /** What is wrong with what is typed now. */
  readonly fault: string | null;
  /** The picture is of an earlier text than the one that is typed. */
  readonly isOld: boolean;
}

/** The picture of a molecule that is being typed: drawn in every pause, and kept until the next one can be drawn. */
export function useTypedDepiction(text: string, width: number, height: number): TypedDepiction {
  const client = useClient();
  const theme = useDepictionTheme();
  const settled = useDebounced(text.trim(), PAUSE_MS);
  const [drawn, setDrawn] = useState<{ svg: string; molecule: string } | null>(null);
  const [fault, setFault] = useState<{ text: string; message: string } | null>(null);
  useEffect(() => {
    if (settled === '') return undefined;
    let isCurrent = true;
    const variables = { molecule: settled, width, height, theme };
    void client
      .query(Depiction, variables, { requestPolicy: 'cache-first' })
      .toPromise()
      .then(({ data, error }) => {
        if (!isCurrent) return;
        if (data?.depiction) setDrawn({ svg: data.depiction, molecule: settled });
        setFault(error ? { text: settled, message: sentences(error) } : null);
      });
    return () => {
      isCurrent = false;
    };
  }, [client, settled, width, height, theme]);
  const now = text.trim();
  return {
    svg: now === '' ? null : (drawn?.svg ?? null),
    molecule: drawn?.molecule ?? '',
    fault: fault !== null && fault.text === now ? fault.message : null,
    isOld: drawn !== null && drawn.molecule !== now,
  };
}
