import { useSearchParams } from 'wouter';

/**
 * A part of what the page shows that stands in its address, so that it can be kept, sent and gone back to.
 *
 * @param fallback what holds when the address says nothing; it is not written there
 */
export function useUrlState<Value extends string = string>(
  name: string,
  fallback: NoInfer<Value>,
): [Value, (value: Value) => void] {
  const [parameters, setParameters] = useSearchParams();
  const value = (parameters.get(name) ?? fallback) as Value;
  const set = (next: Value) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        if (next === fallback) after.delete(name);
        else after.set(name, next);
        return after;
      },
      { replace: true },
    );
  return [value, set];
}
