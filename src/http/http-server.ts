import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Config } from '../platform/config.js';
import { StartupError } from '../platform/errors.js';
import type { Logger } from '../platform/logging.js';
import { nameAnswer, requestId } from '../security/index.js';
import { WholeBodyMessage } from './whole-body.js';

const IDLE_CHECK_MS = 50;

/** @param answerError for what fails before any route is found, such as an address that cannot be decoded */
export function createHttpServer(
  { bodyLimitBytes }: Pick<Config, 'bodyLimitBytes'>,
  logger: Logger,
  answerError: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void,
): FastifyInstance {
  return Fastify({
    // With a logger of its own, Fastify waits for the end of every answer to write a line about it. At debug there is
    // one, written by the transports, which know what the request was.
    ...(logger.isLevelEnabled('debug') ? { loggerInstance: logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves; a logger made for each request costs more than most have to say.
    childLoggerFactory: () => logger,
    genReqId: requestId,
    frameworkErrors: (error, request, reply) => {
      nameAnswer(request, reply);
      answerError(error, request, reply);
    },
    http: { IncomingMessage: WholeBodyMessage },
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance;
}

/**
 * @returns where it listens, such as `http://127.0.0.1:4000`
 * @throws StartupError when the address cannot be taken
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} on ${host} is in use. Stop what listens there, or set PORT to another port.`,
        { cause: error },
      );
    }
    if (code === 'EACCES')
      throw new StartupError(
        `Port ${port} needs more rights than this user has. Set PORT to 1024 or above.`,
        { cause: error },
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupError(
        `HOST=${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for every address.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Stops accepting, lets running requests finish, and gives up on those that take longer than `drainMs`. */
export async function drain(
  app: FastifyInstance,
  options: {
    readonly drainMs: number;
    readonly logger: Logger;
    /** Ends what goes on beside requests, such as WebSockets. */
    readonly closeOthers: () => Promise<void>;
    /** From `watchUnusedConnections`. */
    readonly closeUnused: () => void;
  },
): Promise<void> {
  const { drainMs, logger, closeOthers, closeUnused } = options;
  const timer = setTimeout(() => {
    logger.warn({ drainMs }, 'requests still ran at the end of the drain; their connections are closed');
    app.server.closeAllConnections();
  }, drainMs);
  // Fastify closes idle connections once; those that become idle when their last answer is out are closed here.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
    closeUnused();
  }, IDLE_CHECK_MS);
  await Promise.all([app.close(), closeOthers()]).finally(() => {
    clearTimeout(timer);
    clearInterval(idle);
  });
}
