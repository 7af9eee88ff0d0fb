import { useEffect, useEffectEvent } from 'react';

/** Does something again and again while it has to, and somebody looks. */
export function useEvery(ms: number, isOn: boolean, run: () => void): void {
  const runNow = useEffectEvent(run);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) runNow();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, isOn]);
}
