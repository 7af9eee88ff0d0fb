import { PassThrough, type Readable } from 'node:stream';
import type { ModelRecord } from '../catalog/index.js';
import type { Logger } from '../platform/logging.js';
import { Turnstile } from '../platform/turnstile.js';
import { GitFailedError } from '../platform/children/git-command.js';
import type { RepositoryCache } from './repository-cache.js';

const CLONES = { atOnce: 8, waiting: 32 };
/** A client that takes nothing for so long is given up, and so is one that takes longer altogether. */
const STALL_SECONDS = 60;
const MAX_MS = 15 * 60_000;

export interface UploadPackRequest {
  /** What the client said in Git-Protocol, such as `version=2`. */
  readonly protocol: string | undefined;
  /** Undefined: what there is to fetch is asked for. */
  readonly body: Buffer | undefined;
  /** The client has left. */
  readonly signal: AbortSignal;
}

type Begin = (answer: Readable) => void;

/** Git's own server side of clone and fetch, a process for each request. */
export class UploadPack {
  private readonly turnstile = new Turnstile('clones are waiting', CLONES);

  constructor(
    private readonly cache: RepositoryCache,
    private readonly logger: Logger,
  ) {}

  /**
   * What Git answers. The repository stays in place until the answer has ended or the client has left.
   *
   * @throws GitMissingError; GitFailedError when Git refuses the request; DomainError OVERLOADED
   */
  answer(model: ModelRecord, request: UploadPackRequest): Promise<Readable> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(MAX_MS)]);
    return new Promise((resolve, reject) => {
      // The turn comes last: who waits for one model's repository to be made keeps nobody from another's.
      const attempt = () =>
        this.cache.use(model, (directory) =>
          this.turnstile.pass(signal, () => this.run(directory, { ...request, signal }, resolve)),
        );
      attempt()
        .catch((error: unknown) => {
          // Ended from outside, for taking too long or because the client has left: that says nothing of the repository.
          if (!(error instanceof GitFailedError) || error.exitCode === null) throw error;
          this.logger.warn({ err: error, model: model.name }, 'git upload-pack failed');
          this.cache.suspect(model);
          // Was it the repository? Then it is mended now. Failing again, it is the request.
          if (!error.hasAnswered) return attempt();
          throw error;
        })
        .catch(reject);
    });
  }

  private async run(
    directory: string,
    { protocol, body, signal }: UploadPackRequest,
    begin: Begin,
  ): Promise<void> {
    signal.throwIfAborted();
    const advertise = body === undefined ? ['--advertise-refs'] : [];
    const { child, exited, errors } = this.cache.git.start(
      ['upload-pack', '--strict', '--stateless-rpc', ...advertise, `--timeout=${STALL_SECONDS}`, directory],
      { signal, ...(protocol !== undefined && { env: { GIT_PROTOCOL: protocol } }) },
    );
    const answer = new PassThrough();
    const answered = { bytes: 0 };
    child.stdout.on('data', ({ length }: Buffer) => {
      if (answered.bytes === 0) begin(answer);
      answered.bytes += length;
    });
    child.stdout.pipe(answer, { end: false });
    // Git may end before it has read everything; what it answered then says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(body);
    const code = await exited;
    // What Git had to say about a failure it has told the client; only what was cut off must not look whole.
    if (code === null) answer.destroy(new Error('git upload-pack was ended'));
    else answer.end();
    if (code !== 0) throw new GitFailedError('upload-pack', code, errors(), answered.bytes > 0);
    begin(answer);
  }
}
