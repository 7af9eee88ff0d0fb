import { setTimeout as wait } from 'node:timers/promises';
import { ShowJob, type JobNowFragment } from '../__generated__/operations.js';
import type { Session } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { Failure } from '../failure.js';
import { progressText } from './describe.js';

const LOOK_EVERY_MS = 500;
/** A job survives a restart of its server, so whoever watches it should, too. */
const PATIENCE_MS = 60_000;
/** It is over, or nothing happens until somebody says so. */
const AT_REST: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'PAUSED']);

/** @throws Failure JOB_NOT_FOUND */
export async function findJob({ api }: Pick<Session, 'api'>, id: string): Promise<JobNowFragment> {
  const { job } = await api.ask(ShowJob, { id });
  if (job) return job;
  throw new Failure(EXIT.REFUSED, 'JOB_NOT_FOUND', `There is no job ${JSON.stringify(id)}. See: retort jobs`);
}

/** Follows a job until it comes to rest. Ctrl-C ends the watching and not the job. */
export async function followJob(session: Session, begun: JobNowFragment): Promise<JobNowFragment> {
  const { progress, signal } = session;
  const say = (job: JobNowFragment) => `${job.title}  ${job.state}  ${progressText(job)}`;
  try {
    return await progress.spin(say(begun), async (show) => {
      let job = begun;
      while (!AT_REST.has(job.state)) {
        await wait(LOOK_EVERY_MS, undefined, { signal });
        job = await look(session, job.id);
        show(say(job));
      }
      return job;
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure(
      EXIT.INTERRUPTED,
      'INTERRUPTED',
      `Interrupted. The job goes on by itself; retort job ${begun.id} --cancel ends it.`,
    );
  }
}

/** Whether what was asked for was done, and nothing was wrong with what it was about. */
export function exitOfJob({ state, progress }: JobNowFragment): ExitCode {
  if (state === 'FAILED' || state === 'CANCELLED') return EXIT.NEGATIVE;
  return state === 'SUCCEEDED' && Number(progress.failed) > 0 ? EXIT.NEGATIVE : EXIT.DONE;
}

async function look(session: Session, id: string): Promise<JobNowFragment> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await findJob(session, id);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'UNREACHABLE' || Date.now() > until) throw error;
      await wait(LOOK_EVERY_MS, undefined, { signal: session.signal });
    }
  }
}
