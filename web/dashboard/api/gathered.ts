import { useCallback, useEffectEvent, useRef } from 'react';

/** Several events come together; one answer serves them all. */
const GATHER_MS = 150;

/** Runs once for all calls of a short while. */
export function useGathered(run: () => void): () => void {
  const runNow = useEffectEvent(run);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => runNow(), GATHER_MS);
  }, []);
}
