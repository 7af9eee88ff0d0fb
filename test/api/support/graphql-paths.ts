import { anyDatabaseKind } from '../../support/databases.js';

/** With every document compiled and with none. */
export const onBothPaths = anyDatabaseKind.flatMap((kind) =>
  (['always', 'never'] as const).map((compiled) => [kind, compiled] as const),
);
