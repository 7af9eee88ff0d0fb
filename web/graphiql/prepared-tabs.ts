import { inferences, predictions } from './tabs/asking.js';
import { compareVersions } from './tabs/comparing.js';
import { discover, readVersion } from './tabs/reading.js';
import type { PreparedTab } from './tabs/tab.js';
import { watchEvents } from './tabs/watching.js';
import { yourOwnModel } from './tabs/your-own-model.js';

/** The tabs of the first visit, in their order. */
export const preparedTabs: PreparedTab[] = [
  discover,
  readVersion,
  ...predictions,
  ...inferences,
  yourOwnModel,
  watchEvents,
  compareVersions,
];
