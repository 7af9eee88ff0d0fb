/** Values of answers and files whose form is MLflow's to change. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

/** Texts and numbers as text; empty for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `[{key, value}]` as an object. */
export function pairs(value: unknown): Record<string, string> {
  return Object.fromEntries(list(value).map((each) => [text(each.key), text(each.value)]));
}

/** Finite numbers of `[{key, value}]`; what else a metric may be says nothing that could be kept. */
export function numbers(value: unknown): Record<string, number> {
  return Object.fromEntries(
    list(value).flatMap(({ key, value: number }) =>
      typeof number === 'number' && Number.isFinite(number) ? [[text(key), number] as const] : [],
    ),
  );
}
