import { tab } from './tab.js';

export const watchEvents = tab(
  `
# 10. Everything that happens, as it happens. Run it, then
#     run other tabs in a second window, and watch; the
#     newest event is shown first.
#
#     Each event has a cursor. Put the last one you saw
#     into "after": you miss nothing and see nothing twice,
#     however long you were away. Leave it null to see what
#     happens from now on. Leaving this tab stops the stream;
#     run it again, and it goes on where it was.
subscription WatchEvents($after: String, $filter: EventFilter) {
  monitoringEvents(after: $after, filter: $filter) {
    cursor
    at
    kind
    message
    actor
    requestId
    modelName
    versionNumber
    deploymentName
    ... on DeploymentEvent {
      fromState
      toState
    }
    ... on RequestsServedEvent {
      count
      meanMs
      p99Ms
    }
    ... on RequestFailedEvent {
      code
    }
  }
}`,
  { after: null, filter: {} },
);
