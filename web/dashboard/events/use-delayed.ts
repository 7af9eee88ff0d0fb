import { useEffect, useState } from 'react';

const DELAY_MS = 250;

/** A value once it has stayed the same for a moment: not every letter is asked for. */
export function useDelayed<T extends object>(value: T): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as T;
}
