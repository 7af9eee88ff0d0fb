import { databaseKinds } from '../../support/databases.js';

/** Every database, with every document compiled and with none. */
export const onBothPaths = databaseKinds.flatMap((kind) =>
  (['always', 'never'] as const).map((compiled) => [kind, compiled] as const),
);
