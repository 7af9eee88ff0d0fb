import type { Domain } from '../__generated__/operations.js';

export const DOMAIN_NAMES: Readonly<Record<Domain, string>> = {
  CHEMISTRY: 'Chemistry',
  PHYSICS: 'Physics',
  MATERIALS: 'Materials',
  BIOLOGY: 'Biology',
  GENERAL: 'General',
};

export const DOMAINS = Object.entries(DOMAIN_NAMES).map(([value, label]) => ({ value, label }));
export const DOMAIN_OPTIONS = [{ value: '', label: 'All domains' }, ...DOMAINS];
