/** Options of commands that begin to load a version and wait until it serves. */
export const WAITING_OPTIONS = {
  detach: { kind: 'flag', describe: 'Do not wait' },
  'wait-seconds': {
    kind: 'number',
    min: 1,
    default: 300,
    describe: 'Stop waiting after so long; the loading goes on',
  },
  reason: { kind: 'text', describe: 'Why, for the history' },
} as const;
