import type { CompareVersionsQuery } from '../__generated__/operations.js';

export type Comparison = CompareVersionsQuery['compareVersions'];
