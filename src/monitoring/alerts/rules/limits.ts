const DAY_MS = 86_400_000;

/** Less is one or two looks. */
export const SHORTEST_WINDOW_MS = 10_000;
/** For so long metrics are kept finely enough to look back. */
export const LONGEST_WINDOW_MS = 30 * DAY_MS;
export const LONGEST_FOR_MS = DAY_MS;
export const LONGEST_SILENCE_MS = 366 * DAY_MS;
export const MAX_RULES = 500;
export const MAX_WEBHOOKS = 10;
export const MAX_DEPLOYMENTS = 1_000;
