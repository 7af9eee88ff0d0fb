import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { LiveSchema } from '../live-schema.js';

/**
 * Hands Apollo the schema, and each that takes its place: a gateway is what it takes changes from. Operations are executed
 * here as ever.
 */
export function apolloSchema(live: LiveSchema): ApolloServerOptionsWithGateway<object>['gateway'] {
  return {
    load: async () => ({ executor: null }),
    onSchemaLoadOrUpdate(callback) {
      const tell = (apiSchema: LiveSchema['current']) => callback({ apiSchema, coreSupergraphSdl: '' });
      tell(live.current);
      return live.onReplaced(tell);
    },
    stop: async () => undefined,
  };
}
