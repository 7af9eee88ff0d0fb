import type { Client } from 'urql';
import { EventNames } from '../__generated__/events.js';
import type { EventFilter } from '../__generated__/operations.js';

/** Of the model and the deployment of a filter those that no event speaks of: there never was one of the name. */
export async function unknownNames(
  client: Client,
  { model, deployment }: EventFilter,
): Promise<readonly string[]> {
  if (model == null && deployment == null) return [];
  const { data } = await client
    .query(
      EventNames,
      { model: { model, allowUnknown: true }, deployment: { deployment, allowUnknown: true } },
      { requestPolicy: 'network-only' },
    )
    .toPromise();
  if (data === undefined) return [];
  return [
    ...(model != null && data.ofModel.edges.length === 0 ? [`model “${model}”`] : []),
    ...(deployment != null && data.ofDeployment.edges.length === 0 ? [`deployment “${deployment}”`] : []),
  ];
}
