import type { GraphqlServices } from '../context.js';
import type { LiveSchema } from '../live-schema.js';
import { schemaDigest } from '../schema.js';
import { DoorDirectory } from './door-directory.js';
import { SchemaNumber } from './schema-number.js';
import { TypedDoors } from './typed-doors.js';
import { TypedSchema } from './typed-schema.js';
import { VersionDescriptions } from './version-descriptions.js';

/** The doors of a server, before any deployment is known. */
export function createTypedDoors(
  live: LiveSchema,
  services: Pick<GraphqlServices, 'deployments' | 'catalog' | 'predictions' | 'events' | 'logger'>,
): TypedDoors {
  const { predictions, events, logger } = services;
  return new TypedDoors({
    live,
    typed: new TypedSchema(live.current),
    directory: new DoorDirectory(services, new VersionDescriptions(predictions, logger)),
    number: new SchemaNumber(events, schemaDigest()),
    events,
    logger,
  });
}
