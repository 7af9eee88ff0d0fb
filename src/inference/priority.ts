/** Whose turn comes first when several requests wait for the same model; RequestQueue says what each may rely on. */
export type Priority = 'HIGH' | 'NORMAL' | 'LOW';

/** Most urgent first. */
export const PRIORITIES = ['HIGH', 'NORMAL', 'LOW'] as const satisfies readonly Priority[];
