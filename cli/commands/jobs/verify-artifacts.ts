import { StartArtifactVerification } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { describeJob } from '../../jobs/describe.js';
import { exitOfJob, followJob } from '../../jobs/watch.js';
import { JOB_OUTPUT } from './job.js';

export const verifyArtifacts = defineCommand({
  name: 'verify-artifacts',
  summary: 'Hash all stored files again, behind all requests, and mark the damaged ones',
  positionals: {},
  options: {
    detach: { kind: 'flag', describe: 'Do not watch' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort verify-artifacts', 'Watch it to its end'],
    ['retort verify-artifacts --detach --reason "monthly"', 'From a timer'],
  ],
  output: JOB_OUTPUT,
  notes:
    'Ends with 4 when a file is damaged, missing or cannot be read. Sending a damaged file again (retort push) mends it. ' +
    'Ctrl-C ends the watching and not the job, which also survives a restart of the server.',
  async run({ detach, reason }, session) {
    const { startArtifactVerification } = await session.api.ask(StartArtifactVerification, {
      input: { reason },
    });
    const begun = accepted(startArtifactVerification, 'job');
    const now = detach ? begun : await followJob(session, begun);
    return { json: { job: now }, text: describeJob(now), exit: detach ? EXIT.DONE : exitOfJob(now) };
  },
});
