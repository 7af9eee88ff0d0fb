/**
 * Whose turn comes first when several requests wait for the same model; RequestQueue says what each may rely on. BACKGROUND is
 * for jobs, and no caller's to ask for.
 */
export type Priority = 'HIGH' | 'NORMAL' | 'LOW' | 'BACKGROUND';

/** Most urgent first. */
export const PRIORITIES = ['HIGH', 'NORMAL', 'LOW', 'BACKGROUND'] as const satisfies readonly Priority[];
