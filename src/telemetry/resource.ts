import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { packageRoot } from '../platform/package-root.js';
import type { TelemetryConfig } from '../platform/telemetry-config.js';

/** What everything that leaves this process says of where it comes from. */
export function resourceOf({
  serviceName,
  attributes,
}: Pick<TelemetryConfig, 'serviceName' | 'attributes'>): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.version': retortVersion(),
      'service.instance.id': randomUUID(),
      ...attributes,
      'service.name': serviceName,
    }),
  );
}

function retortVersion(): string {
  const described: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return (described as { readonly version: string }).version;
}
