import {
  EventKindValues,
  ListEvents,
  type EventFilter,
  type EventLineFragment,
} from '../__generated__/operations.js';
import type { Api } from '../api/api.js';
import { readPages } from '../api/pages.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { moment } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';

export const events = defineCommand({
  name: 'events',
  summary: 'Show what happened, and what happens',
  positionals: {},
  options: {
    follow: { kind: 'flag', describe: 'Go on with what happens, until Ctrl-C' },
    kind: { kind: 'choices', choices: EventKindValues, describe: 'Only this kind; several times' },
    model: { kind: 'text', describe: 'Only what is about this model', completes: 'model' },
    deployment: { kind: 'text', describe: 'Only what is about this deployment', completes: 'deployment' },
    after: { kind: 'text', describe: 'Only what came after this cursor', completes: 'nothing' },
    limit: {
      kind: 'number',
      whole: true,
      min: 1,
      max: 10_000,
      describe: 'At most so many: the newest 20 when left out; with --follow, end after so many',
    },
  },
  examples: [
    ['retort events --model esol', 'The newest 20 about a model'],
    ['retort events --follow --kind request_failed', 'Failed requests as they fail'],
    ['retort events --after "$cursor" --limit 1000 --json', 'What came since'],
  ],
  output:
    '{events: [{cursor, at, kind, message, actor, requestId, modelName, versionNumber, deploymentName}], hasMore}; with --follow one event a line, as it comes',
  notes:
    'With --follow a broken connection is made again, and nothing is lost or shown twice. --after with a cursor that is too ' +
    'old is refused with CURSOR_EXPIRED. A model or deployment that there never was is refused; with --follow it is waited for.',
  async run(values, { api, emit, signal }) {
    const { follow, kind, model, deployment, after, limit } = values;
    const filter = { kinds: kind.length === 0 ? undefined : kind, model, deployment };
    if (follow) {
      let seen = 0;
      // Loaded only here: most runs open no socket.
      const { followEvents } = await import('../events/follow.js');
      for await (const event of followEvents(api.http, { ...filter, allowUnknown: true }, after, signal)) {
        await emit(event, eventLine(event));
        if (++seen === limit) break;
      }
      return { emitted: true, exit: signal.aborted ? EXIT.INTERRUPTED : EXIT.DONE };
    }
    if (after === undefined) return listed(await newestEvents(api, filter, limit ?? 20), false);
    const { nodes, hasMore } = await readPages(limit ?? 20, async ({ first, after: from }) =>
      api.ask(ListEvents, { filter, first, after: from ?? after }).then(({ events: page }) => page),
    );
    return listed(nodes, hasMore);
  },
});

/** The server's largest page. */
const PAGE = 100;

/** Page by page from the end; oldest first, as they happened. */
async function newestEvents(
  api: Api,
  filter: EventFilter,
  limit: number,
): Promise<readonly EventLineFragment[]> {
  const found: EventLineFragment[] = [];
  let before: string | undefined;
  while (found.length < limit) {
    const last = Math.min(PAGE, limit - found.length);
    const { edges, pageInfo } = (await api.ask(ListEvents, { filter, last, before })).events;
    found.unshift(...edges.map(({ node }) => node));
    if (!pageInfo.hasPreviousPage || pageInfo.startCursor === null) break;
    before = pageInfo.startCursor;
  }
  return found;
}

function listed(found: readonly EventLineFragment[], hasMore: boolean) {
  const rows = found.map(({ at, kind, message, actor }) => [moment(at), kind, actor, message]);
  return {
    json: { events: found, hasMore },
    text:
      rows.length === 0
        ? 'Nothing happened.'
        : stack(
            table(['AT', 'KIND', 'ACTOR', 'MESSAGE'], rows),
            hasMore ? `There are more: --after ${found.at(-1)?.cursor ?? ''}` : '',
          ),
  };
}

function eventLine({ at, kind, message }: EventLineFragment): string {
  return `${moment(at)}  ${kind}  ${message.replace(/\s+/g, ' ')}`;
}
