import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { localhostCertificate, localhostKey } from '../catalog/localhost-certificate.js';
import {
  isSignedBy,
  startReceiver,
  type WebhookReceiver,
} from '../monitoring/alerts/support/webhook-receiver.js';
import {
  alertsOf,
  createRule,
  CREATE_RULE,
  DELETE_RULE,
  fail,
  rulesOf,
  SECRET,
  secretsFile,
  SILENCE,
  UNSILENCE,
  updateRule,
  writeSecrets,
} from './support/alert-steps.js';
import { refusal, succeed } from './support/ask.js';
import { latestCursor, serve } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';

interface Body {
  readonly at: string;
  readonly rule: { readonly name: string; readonly severity: string };
  readonly alerts: readonly { readonly id: string; readonly state: string; readonly deployment: string }[];
}

const CONDITION = { threshold: { metric: 'ERRORS', value: 0, window: 'PT10M' } };
const trials = { intervalMs: 50, firstRetryMs: 20, timeoutMs: 400 };

describe.each(databaseKinds)('webhooks of alerts, %s database', (kind) => {
  let receiver: WebhookReceiver;
  let untrusted: WebhookReceiver;
  let secrets: string;
  let app: TestApp;
  beforeAll(async () => {
    receiver = await startReceiver();
    untrusted = await startReceiver({ cert: localhostCertificate, key: localhostKey });
    secrets = await secretsFile({ mine: SECRET, short: 'too-short', HOOK_KEY: `${SECRET}-2` });
    app = await startTestApp({
      kind,
      alerts: trials,
      config: { secretsFile: secrets, webhookHosts: ['127.0.0.1', 'localhost'] },
    });
    for (const name of ['one', 'two', 'quiet']) await serve(app, name, scalingModel(2));
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
    await untrusted.close();
    await rm(dirname(secrets), { recursive: true });
  });
  beforeEach(() => {
    receiver.calls.length = 0;
  });
  afterEach(async () => {
    for (const { name } of await rulesOf(app)) await succeed(app, DELETE_RULE, { input: { rule: name } });
    // What tells of these ends belongs to no test.
    await until(async () => (await waiting()) === 0);
  });

  const hook = (path: string, secret = 'mine') => ({ url: `${receiver.origin}${path}`, secret });
  // What tells of the end of an earlier test's rule may come late, on a path of its own.
  const callsOf = (path: string) => receiver.calls.filter((call) => call.path === path);
  const bodies = (path: string) => callsOf(path).map(({ body }) => JSON.parse(body) as Body);
  const states = (path: string) =>
    bodies(path).map(({ alerts }) =>
      alerts
        .map(({ state, deployment }) => `${deployment} ${state}`)
        .sort()
        .join(', '),
    );
  const waiting = async () =>
    (await rulesOf(app))
      .flatMap(({ webhooks }) => webhooks)
      .reduce((sum, { waitingCount }) => sum + waitingCount, 0);
  const stateOf = async (rule: string) => (await rulesOf(app)).find(({ name }) => name === rule)?.webhooks[0];

  it('tells of what fires together in one signed call, and of its end', async () => {
    await createRule(app, 'Group', { condition: CONDITION, enabled: false, webhooks: [hook('/group')] });
    await fail(app, 'one', 1);
    await fail(app, 'two', 2);
    await updateRule(app, 'Group', { enabled: true });
    await until(() => callsOf('/group').length > 0);
    const [call] = callsOf('/group');
    expect(call && isSignedBy(SECRET, call)).toBe(true);
    expect(call?.headers['content-type']).toBe('application/json');
    expect(states('/group')).toEqual(['one FIRING, two FIRING']);
    const [body] = bodies('/group');
    expect(body).toMatchObject({ rule: { name: 'Group', severity: 'WARNING', summary: '' } });
    const [alert] = body?.alerts ?? [];
    expect(alert).toMatchObject({ value: 1, threshold: 0, resolvedAt: null });
    await until(async () => (await stateOf('Group'))?.lastDeliveredAt !== null);
    expect(await stateOf('Group')).toMatchObject({ problem: null, waitingCount: 0, secret: 'mine' });
    await updateRule(app, 'Group', { enabled: false });
    await until(() => callsOf('/group').length > 1);
    expect(states('/group')[1]).toBe('one RESOLVED, two RESOLVED');
    expect(
      bodies('/group')[1]
        ?.alerts.map(({ id }) => id)
        .sort(),
    ).toEqual(body?.alerts.map(({ id }) => id).sort());
    expect(new Set(callsOf('/group').map(({ headers }) => headers['retort-delivery'])).size).toBe(2);
  });

  it('is silent while it should be, and tells then what still fires', async () => {
    await fail(app, 'one', 1);
    await createRule(app, 'Silent', {
      condition: CONDITION,
      deployments: ['one'],
      enabled: false,
      webhooks: [hook('/silent')],
    });
    const cursor = await latestCursor(app);
    const until_ = new Date(Date.now() + 3_600_000).toISOString();
    await succeed(app, SILENCE, { input: { rule: 'Silent', until: until_, reason: 'known' } });
    await updateRule(app, 'Silent', { enabled: true });
    await until(async () => (await alertsOf(app, { rule: 'Silent', states: ['FIRING'] })).length === 1);
    expect((await alertsOf(app, { rule: 'Silent' }))[0]?.silencedUntil).toBe(until_);
    expect((await rulesOf(app)).find(({ name }) => name === 'Silent')?.silencedUntil).toBe(until_);
    const told = await storedEvents(app, cursor, { kinds: ['ALERT_SILENCED', 'ALERT_FIRED'] });
    expect(told.map(({ message }) => message)).toEqual([
      `Alerts of rule Silent are silent until ${until_}: known`,
      expect.stringContaining(`Silent fires, silent until ${until_}: one: the number of failed requests`),
    ]);
    // The rule is looked at many times meanwhile.
    await succeed(app, SILENCE, { input: { deployment: 'quiet', until: until_, reason: 'known' } });
    expect(callsOf('/silent')).toEqual([]);
    const { alerts } = await succeed<{ alerts: object[] }>(app, UNSILENCE, { input: { rule: 'Silent' } });
    expect(alerts).toEqual([{ deploymentName: 'one', silencedUntil: null }]);
    await until(() => callsOf('/silent').length > 0);
    expect(states('/silent')).toEqual(['one FIRING']);
  });

  it('ends a silence by itself', async () => {
    await fail(app, 'one', 1);
    const soon = new Date(Date.now() + 700).toISOString();
    await createRule(app, 'Soon', {
      condition: CONDITION,
      deployments: ['one'],
      enabled: false,
      webhooks: [hook('/soon')],
    });
    await succeed(app, SILENCE, { input: { rule: 'Soon', deployment: 'one', until: soon, reason: 'known' } });
    await updateRule(app, 'Soon', { enabled: true });
    await until(() => callsOf('/soon').length > 0);
    expect(states('/soon')).toEqual(['one FIRING']);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
  });

  it('tries again what failed, with the same id and a new signature', async () => {
    let left = 3;
    receiver.routes.set('/flaky', (_, response) => {
      left -= 1;
      response.writeHead(left > 0 ? 500 : 200).end();
    });
    await fail(app, 'one', 1);
    await createRule(app, 'Flaky', {
      condition: CONDITION,
      deployments: ['one'],
      webhooks: [hook('/flaky')],
    });
    await until(() => bodies('/flaky').length === 3);
    expect(new Set(callsOf('/flaky').map(({ headers }) => headers['retort-delivery'])).size).toBe(1);
    expect(callsOf('/flaky').every((call) => isSignedBy(SECRET, call))).toBe(true);
    await until(async () => (await stateOf('Flaky'))?.lastDeliveredAt != null);
  });

  it('gives up where trying again is useless, and says so in an event without the address', async () => {
    receiver.routes.set('/moved/token-1234', (_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    );
    const cursor = await latestCursor(app);
    await fail(app, 'one', 1);
    await createRule(app, 'Moved', {
      condition: CONDITION,
      deployments: ['one'],
      webhooks: [hook('/moved/token-1234')],
    });
    await until(async () => (await stateOf('Moved'))?.problem != null && (await waiting()) === 0);
    expect((await stateOf('Moved'))?.problem).toContain('a redirect, which is not followed');
    const [told] = await storedEvents(app, cursor, { kinds: ['ALERT_DELIVERY_FAILED'] });
    expect(told?.message).toBe(
      `The webhook of Moved at ${new URL(receiver.origin).host} could not be told, in 1 attempt: it answered 302, a redirect, which is not followed: give the final address`,
    );
    expect(bodies('/moved/token-1234')).toHaveLength(1);
  });

  it('lets one that hangs hold up nobody else', async () => {
    const hanging = await startReceiver();
    hanging.routes.set('/hangs', () => undefined);
    await fail(app, 'one', 1);
    await createRule(app, 'Hanging', {
      condition: CONDITION,
      deployments: ['one'],
      webhooks: [{ url: `${hanging.origin}/hangs`, secret: 'mine' }, hook('/free')],
    });
    await until(() => callsOf('/free').length > 0);
    await until(async () => (await stateOf('Hanging'))?.problem != null);
    expect((await stateOf('Hanging'))?.problem).toBe('no answer within 0.4 s');
    hanging.routes.clear();
    await until(async () => (await stateOf('Hanging'))?.lastDeliveredAt != null);
    await hanging.close();
  });

  it('does not speak to a receiver whose certificate nobody vouches for', async () => {
    await fail(app, 'one', 1);
    await createRule(app, 'Untrusted', {
      condition: CONDITION,
      deployments: ['one'],
      webhooks: [{ url: `${untrusted.origin}/hook`, secret: 'mine' }],
    });
    await until(async () => (await stateOf('Untrusted'))?.problem != null);
    expect((await stateOf('Untrusted'))?.problem).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(untrusted.calls).toEqual([]);
    // The end of the rule would be tried for long.
    await updateRule(app, 'Untrusted', { webhooks: [] });
  });

  it('tells after a restart what it had not told before, and fires nothing again', async () => {
    receiver.routes.set('/away', (_, response) => response.writeHead(503).end());
    await fail(app, 'two', 1);
    await createRule(app, 'Kept', { condition: CONDITION, deployments: ['two'], webhooks: [hook('/away')] });
    await until(() => callsOf('/away').length > 0);
    const [before] = await alertsOf(app, { rule: 'Kept' });
    const cursor = await latestCursor(app);
    await app.stop();
    receiver.routes.clear();
    receiver.calls.length = 0;
    app = await startTestApp({ kind, alerts: trials, config: app.config, reuse: app });
    await until(() => callsOf('/away').length > 0);
    expect(states('/away')).toEqual(['two FIRING']);
    // Looks go on meanwhile.
    await fail(app, 'two', 1);
    await until(async () => (await alertsOf(app, { rule: 'Kept' }))[0]?.value === (before?.value ?? 0) + 1);
    const after = await alertsOf(app, { rule: 'Kept' });
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ id: before?.id, firedAt: before?.firedAt, state: 'FIRING' });
    expect(await storedEvents(app, cursor, { kinds: ['ALERT_FIRED', 'ALERT_RESOLVED'] })).toEqual([]);
    expect(bodies('/away')).toHaveLength(1);
  });

  describe('secrets', () => {
    const create = (secret: string) =>
      refusal(app, CREATE_RULE, {
        input: { name: 'Bad', condition: CONDITION, webhooks: [hook('/x', secret)] },
      });

    it('are known by their names alone, which are told', async () => {
      const said = await create('hook_key');
      expect(said).toMatchObject({ code: 'SECRET_NOT_FOUND', field: ['webhooks', '0', 'secret'] });
      expect(said.message).toBe(
        'There is no secret of this name in the operator\'s file. There are "HOOK_KEY", "mine", "short". Did you mean "HOOK_KEY"?',
      );
    });

    it('are not repeated where somebody gives the value itself, and too short ones are refused', async () => {
      expect((await create(SECRET)).message).not.toContain(SECRET);
      expect((await create('short')).message).toContain(
        'at least 16 characters to sign with; "short" has fewer',
      );
    });

    it('are read again when the file changes; one that is gone is waited for', async () => {
      await fail(app, 'one', 1);
      await createRule(app, 'Rotated', {
        condition: CONDITION,
        deployments: ['one'],
        enabled: false,
        webhooks: [hook('/rotated')],
      });
      await writeSecrets(secrets, { other: SECRET });
      await updateRule(app, 'Rotated', { enabled: true });
      await until(async () => (await stateOf('Rotated'))?.problem != null);
      expect((await stateOf('Rotated'))?.problem).toBe('there is no secret mine in RETORT_SECRETS_FILE');
      const rotated = 'another-secret-of-30-characters';
      await writeSecrets(secrets, { mine: rotated });
      await until(() => callsOf('/rotated').length > 0);
      expect(callsOf('/rotated').every((call) => isSignedBy(rotated, call))).toBe(true);
      await writeSecrets(secrets, { mine: SECRET });
    });

    it('stand in no answer, event, row or export', async () => {
      const everything = JSON.stringify([
        await rulesOf(app),
        await alertsOf(app),
        await storedEvents(app, '0'),
        await (await fetch(`${app.url}/models/one/archive`)).text(),
      ]);
      expect(everything).toContain('Rotated');
      expect(everything).not.toContain(SECRET);
    });
  });
});
