import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookAddresses } from '../../../src/monitoring/alerts/webhooks/webhook-address.js';
import { WebhookSender } from '../../../src/monitoring/alerts/webhooks/webhook-sender.js';
import { localhostCertificate, localhostKey } from '../../catalog/localhost-certificate.js';
import { isSignedBy, startReceiver, type WebhookReceiver } from './support/webhook-receiver.js';

const secret = 'a-secret-of-some-length';
const never = new AbortController().signal;

describe('one call of a webhook', () => {
  let receiver: WebhookReceiver;
  let tls: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    tls = await startReceiver({ cert: localhostCertificate, key: localhostKey });
  });
  beforeEach(() => {
    receiver.calls.length = 0;
    tls.calls.length = 0;
  });
  afterAll(async () => {
    await receiver.close();
    await tls.close();
  });

  const sender = (allowed: string[], more: { timeoutMs?: number; ca?: string } = {}) =>
    new WebhookSender({ addresses: new WebhookAddresses(allowed), ...more });
  const call = (url: string) => ({ id: 'the-id', url, secret, body: '{"text":"ä"}' });

  it('is signed over its time and body, and says which it is', async () => {
    expect(await sender(['127.0.0.1']).send(call(`${receiver.origin}/ok`), never)).toEqual({ ok: true });
    const [got] = receiver.calls;
    expect(got).toMatchObject({
      path: '/ok',
      body: '{"text":"ä"}',
      headers: { 'retort-delivery': 'the-id', 'content-type': 'application/json', 'content-length': '13' },
    });
    expect(got && isSignedBy(secret, got)).toBe(true);
    expect(got && isSignedBy('another-secret-of-length', got)).toBe(false);
    expect(got && isSignedBy(secret, { ...got, body: `${got.body} ` })).toBe(false);
  });

  it('knows a certificate it trusts, and refuses one it does not', async () => {
    const trusting = sender(['localhost'], { ca: localhostCertificate });
    expect(await trusting.send(call(`${tls.origin}/ok`), never)).toEqual({ ok: true });
    expect(tls.calls).toHaveLength(1);
    expect(await sender(['localhost']).send(call(`${tls.origin}/ok`), never)).toMatchObject({
      ok: false,
      final: false,
      problem: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(tls.calls).toHaveLength(1);
  });

  it.each([
    { status: 500, says: 'it answered 500', final: false },
    { status: 404, says: 'it answered 404', final: false },
    { status: 410, says: 'it answered 410: it is gone', final: true },
  ])('tells of $status', async ({ status, says, final }) => {
    receiver.routes.set('/bad', (_, response) => response.writeHead(status).end('never read'));
    expect(await sender(['127.0.0.1']).send(call(`${receiver.origin}/bad`), never)).toEqual({
      ok: false,
      final,
      problem: says,
      retryAfterMs: null,
    });
  });

  it('waits as long as it is told to, an hour at most', async () => {
    receiver.routes.set('/busy', (_, response) => response.writeHead(503, { 'retry-after': '7' }).end());
    receiver.routes.set('/long', (_, response) => response.writeHead(429, { 'retry-after': '99999' }).end());
    const send = (path: string) => sender(['127.0.0.1']).send(call(receiver.origin + path), never);
    expect(await send('/busy')).toMatchObject({ retryAfterMs: 7_000 });
    expect(await send('/long')).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it('follows no redirect, wherever it goes', async () => {
    receiver.routes.set('/moved', (_, response) => response.writeHead(307, { location: '/ok' }).end());
    receiver.routes.set('/inside', (_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    );
    for (const path of ['/moved', '/inside'])
      expect(await sender(['127.0.0.1']).send(call(receiver.origin + path), never)).toMatchObject({
        ok: false,
        final: true,
        problem: expect.stringContaining('a redirect, which is not followed'),
      });
    expect(receiver.calls.map(({ path }) => path)).toEqual(['/moved', '/inside']);
  });

  it('connects to no private address that it was not allowed: neither by name nor as an address', async () => {
    const { port } = new URL(tls.origin);
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(await sender([]).send(call(`https://${host}:${port}/ok`), never)).toMatchObject({
        ok: false,
        final: true,
        problem: expect.stringContaining('RETORT_WEBHOOK_HOSTS'),
      });
    // Allowed when the rule was made, and no longer.
    expect(await sender([]).send(call(`${receiver.origin}/ok`), never)).toMatchObject({
      ok: false,
      final: true,
    });
    expect([...tls.calls, ...receiver.calls]).toEqual([]);
  });

  it('cuts one that hangs: before it answers, or before it even speaks', async () => {
    receiver.routes.set('/hangs', () => undefined);
    const impatient = sender(['127.0.0.1'], { timeoutMs: 100 });
    expect(await impatient.send(call(`${receiver.origin}/hangs`), never)).toMatchObject({
      ok: false,
      final: false,
      problem: 'no answer within 0.1 s',
    });
    const mute = createServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    expect(await impatient.send(call(`https://127.0.0.1:${port}/`), never)).toMatchObject({
      problem: 'no answer within 0.1 s',
    });
    await new Promise((resolve) => mute.close(resolve));
  });

  it('reads nothing of an answer that never ends', async () => {
    receiver.routes.set('/endless', (_, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(await sender(['127.0.0.1']).send(call(`${receiver.origin}/endless`), never)).toEqual({ ok: true });
  });

  it('tells why nothing could be sent', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    expect(await sender(['127.0.0.1']).send(call(`http://127.0.0.1:${port}/`), never)).toMatchObject({
      ok: false,
      final: false,
      problem: 'ECONNREFUSED',
    });
    expect(await sender([]).send(call('https://no-such-host.invalid/'), never)).toMatchObject({
      ok: false,
      final: false,
      problem: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/),
    });
  });
});
