/** What can be looked at, each as an ISO 8601 duration. */
export const WINDOWS = [
  { value: 'PT15M', label: '15 min', seconds: 900 },
  { value: 'PT1H', label: '1 h', seconds: 3_600 },
  { value: 'PT6H', label: '6 h', seconds: 21_600 },
  { value: 'P1D', label: '1 day', seconds: 86_400 },
  { value: 'P7D', label: '7 days', seconds: 604_800 },
  { value: 'P30D', label: '30 days', seconds: 2_592_000 },
] as const;

export type WindowValue = (typeof WINDOWS)[number]['value'];

export function windowOf(value: string): (typeof WINDOWS)[number] {
  return WINDOWS.find((window) => window.value === value) ?? WINDOWS[0];
}
