import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  connectionFailure,
  ForbiddenAddress,
  guardedLookup,
  isForbiddenHost,
} from '../../../platform/guarded-lookup.js';
import { signatureOf, SIGNATURE_HEADER } from './signature.js';
import type { WebhookAddresses } from './webhook-address.js';

export interface WebhookCall {
  /** The same for every attempt: by it a receiver knows what it has had already. */
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
}

export type WebhookAnswer =
  | { readonly ok: true }
  /** `final`: the same call will not fare better later. */
  | {
      readonly ok: false;
      readonly final: boolean;
      readonly problem: string;
      readonly retryAfterMs: number | null;
    };

export interface SenderSettings {
  readonly addresses: WebhookAddresses;
  /** For the whole call: connecting, sending and the first line of the answer. */
  readonly timeoutMs?: number | undefined;
  /** Trusted besides the system's own certificates. */
  readonly ca?: string | undefined;
}

const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Makes one signed call. Redirects are not followed, and nothing of an answer is read but its status. */
export class WebhookSender {
  constructor(private readonly settings: SenderSettings) {}

  async send(call: WebhookCall, signal: AbortSignal): Promise<WebhookAnswer> {
    const { addresses, timeoutMs = TIMEOUT_MS } = this.settings;
    const url = new URL(call.url);
    const isAllowed = addresses.mayConnect(url);
    if (url.protocol !== 'https:' && !addresses.isTrusted(url))
      return refused('the host may no longer be reached without TLS (RETORT_WEBHOOK_HOSTS)');
    if (isForbiddenHost(url, isAllowed)) return refused(FORBIDDEN);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    const cut = () => late.abort();
    signal.addEventListener('abort', cut);
    try {
      signal.throwIfAborted();
      const response = await this.post(url, call, isAllowed, late.signal);
      response.destroy();
      return judged(response);
    } catch (error) {
      if (error instanceof ForbiddenAddress) return refused(FORBIDDEN);
      return {
        ok: false,
        final: false,
        problem: late.signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : connectionFailure(error),
        retryAfterMs: null,
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
    }
  }

  private post(
    url: URL,
    { id, secret, body }: WebhookCall,
    isAllowed: (address: string) => boolean,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'retort',
          'retort-delivery': id,
          [SIGNATURE_HEADER]: signatureOf(secret, body, Date.now()),
        },
        lookup: guardedLookup(isAllowed),
        agent: false,
        signal,
        ...(this.settings.ca !== undefined && { ca: this.settings.ca }),
      });
      sent.once('response', resolve);
      // A connection that breaks after the answer came raises another error, which nobody waits for.
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

const FORBIDDEN = 'the host is in a private network; the operator can allow it with RETORT_WEBHOOK_HOSTS';

function judged({ statusCode = 0, headers }: IncomingMessage): WebhookAnswer {
  if (statusCode >= 200 && statusCode < 300) return { ok: true };
  if (statusCode >= 300 && statusCode < 400)
    return refused(`it answered ${statusCode}, a redirect, which is not followed: give the final address`);
  if (statusCode === 410) return refused('it answered 410: it is gone');
  const seconds = /^\d{1,6}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : null;
  return {
    ok: false,
    final: false,
    problem: `it answered ${statusCode}`,
    retryAfterMs: seconds === null ? null : Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS),
  };
}

function refused(problem: string): WebhookAnswer {
  return { ok: false, final: true, problem, retryAfterMs: null };
}
