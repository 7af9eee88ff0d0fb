import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const DEPLOYMENTS_CODES = defineErrorCodes({
  user: [
    'DEPLOYMENT_NOT_FOUND',
    'DEPLOYMENT_NOT_READY',
    'REVISION_NOT_FOUND',
    'VERSION_NOT_SERVED',
    'ALREADY_SERVED',
    'BREAKING_SIGNATURE',
    'MIGRATION_IN_PROGRESS',
    'MIGRATION_NOT_FOUND',
    'MIGRATION_NOT_PAUSED',
    'TRAFFIC_SPLIT',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof DEPLOYMENTS_CODES.user> {}
}
