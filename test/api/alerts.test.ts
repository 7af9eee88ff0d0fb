import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import {
  alertsOf,
  createRule,
  CREATE_RULE,
  DELETE_RULE,
  fail,
  rulesOf,
  SILENCE,
  TEST_RULE,
  UNSILENCE,
  UPDATE_RULE,
  updateRule,
  type SeenAlert,
} from './support/alert-steps.js';
import { ask, onlyError, refusal, succeed } from './support/ask.js';
import { INFER, latestCursor, scale, serve } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { until } from '../support/until.js';

const LOOK_MS = 50;

/** Fires for any failed request of the last ten seconds. */
const anyError = {
  condition: { threshold: { metric: 'ERRORS', operator: 'ABOVE', value: 0, window: 'PT10S' } },
};

describe.each(databaseKinds)('alerts, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, alerts: { intervalMs: LOOK_MS } });
  });
  afterAll(() => app.close());

  const only = async (rule: string): Promise<SeenAlert | undefined> => (await alertsOf(app, { rule }))[0];
  const eventsSince = (cursor: string, kinds: string[]) => storedEvents(app, cursor, { kinds });

  it('fires when requests fail, and is resolved when they do not any more', async () => {
    await serve(app, 'failing', scalingModel(2));
    await scale(app, { deployment: 'failing' }, [1, 2, 3, 4]);
    // Looked at from when all has failed that is to fail: no look comes between two failures.
    const rule = await createRule(app, 'Errors', {
      ...anyError,
      summary: 'Look at the log.',
      severity: 'CRITICAL',
      deployments: ['failing'],
      enabled: false,
    });
    expect(rule).toMatchObject({
      name: 'Errors',
      severity: 'CRITICAL',
      forDuration: 'PT0S',
      deployments: ['failing'],
      condition: {
        text: 'the number of failed requests over 10 s is above 0',
        threshold: { metric: 'ERRORS', operator: 'ABOVE', value: 0, clearValue: 0, window: 'PT10S' },
      },
      webhooks: [],
      alerts: [],
    });
    await fail(app, 'failing', 3);
    const cursor = await latestCursor(app);
    await updateRule(app, 'Errors', { enabled: true });
    await until(async () => (await only('Errors'))?.state === 'FIRING');
    expect(await only('Errors')).toMatchObject({
      state: 'FIRING',
      severity: 'CRITICAL',
      ruleName: 'Errors',
      rule: { name: 'Errors' },
      deployment: { name: 'failing' },
      value: 3,
      threshold: 0,
      message: 'failing: the number of failed requests over 10 s is 3; the limit is 0',
      resolvedAt: null,
    });
    expect(await rulesOf(app)).toContainEqual(
      expect.objectContaining({
        alerts: [expect.objectContaining({ state: 'FIRING', deploymentName: 'failing' })],
      }),
    );
    // Ten seconds later nothing of it is in the window any more.
    await until(async () => (await only('Errors'))?.state === 'RESOLVED');
    const alerts = await alertsOf(app, { rule: 'Errors' });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.resolvedAt).not.toBeNull();
    const told = await eventsSince(cursor, ['ALERT_RULE_CHANGED', 'ALERT_FIRED', 'ALERT_RESOLVED']);
    expect(told.map(({ kind: what, actor }) => `${what} by ${actor}`)).toEqual([
      'ALERT_RULE_CHANGED by local',
      'ALERT_FIRED by retort',
      'ALERT_RESOLVED by retort',
    ]);
    expect(told[1]).toMatchObject({ __typename: 'AlertEvent', deploymentName: 'failing' });
    expect(told[1]?.message).toContain('Errors fires: failing: the number of failed requests');
  });

  it('waits for as long as it is told to, and leaves nothing of what ended before', async () => {
    await serve(app, 'pending', scalingModel(2));
    await createRule(app, 'Patient', { ...anyError, deployments: ['pending'], forDuration: 'PT1H' });
    await fail(app, 'pending', 1);
    await until(async () => (await only('Patient'))?.state === 'PENDING');
    expect(await only('Patient')).toMatchObject({ firedAt: null, resolvedAt: null });
    await until(async () => (await only('Patient')) === undefined);
  });

  it('answers alerts and rules by node, page and filter', async () => {
    const [newest] = await alertsOf(app, {
      states: ['RESOLVED'],
      deployment: 'failing',
      severities: ['CRITICAL'],
    });
    const rules = await rulesOf(app);
    const { nodes } = await ask<{ nodes: object[] }>(
      app,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Alert { ruleName } ... on AlertRule { name } } }`,
      { ids: [newest?.id, rules[0]?.id] },
    );
    expect(nodes).toEqual([
      { __typename: 'Alert', ruleName: 'Errors' },
      { __typename: 'AlertRule', name: 'Errors' },
    ]);
    const page = await ask<{ alertRules: { edges: { cursor: string; node: { name: string } }[] } }>(
      app,
      '{ alertRules(first: 1) { edges { cursor node { name } } } }',
    );
    expect(page.alertRules.edges.map(({ node }) => node.name)).toEqual(['Errors']);
    const next = await ask<{ alertRules: { edges: { node: { name: string } }[]; totalCount: number } }>(
      app,
      'query ($after: String) { alertRules(first: 5, after: $after) { totalCount edges { node { name } } } }',
      { after: page.alertRules.edges[0]?.cursor },
    );
    expect(next.alertRules).toEqual({ totalCount: 2, edges: [{ node: { name: 'Patient' } }] });
    expect(await alertsOf(app, { deployment: 'nobody' })).toEqual([]);
  });

  it('streams alerts as they change', async () => {
    await serve(app, 'streamed', scalingModel(2));
    const seen: { state: string; deploymentName: string }[] = [];
    const stop = app.subscriber().subscribe<{ alerts: (typeof seen)[number] }>(
      { query: 'subscription { alerts(deployment: "streamed") { state deploymentName } }' },
      {
        next: ({ data }) => data && seen.push(data.alerts),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await createRule(app, 'Streamed', { condition: anyError.condition });
    // Nothing says when a subscription stands, so it goes on until it is heard.
    await until(async () => {
      await fail(app, 'streamed', 1);
      await fail(app, 'pending', 1);
      if (seen.length > 0) return true;
      await updateRule(app, 'Streamed', { enabled: false });
      await updateRule(app, 'Streamed', { enabled: true });
      return false;
    });
    expect(seen[0]).toMatchObject({ deploymentName: 'streamed' });
    await updateRule(app, 'Streamed', { enabled: false });
    await until(() => seen.at(-1)?.state === 'RESOLVED');
    expect(new Set(seen.map(({ deploymentName }) => deploymentName))).toEqual(new Set(['streamed']));
    stop();
  });

  it('resolves what it does not watch any more: by another list, a switch, or its end', async () => {
    await serve(app, 'left', scalingModel(2));
    await serve(app, 'kept', scalingModel(2));
    await createRule(app, 'Old', { condition: { staleness: { maxAge: 'PT1M' } }, enabled: false });
    // Nothing here is a minute old, so what is watched is another thing: any failure at all.
    await updateRule(app, 'Old', {
      condition: { threshold: { metric: 'ERRORS', value: 0, window: 'PT10M' } },
      enabled: true,
      deployments: ['left', 'kept'],
    });
    const firing = async () =>
      (await alertsOf(app, { rule: 'Old', states: ['FIRING'] }))
        .map(({ deploymentName }) => deploymentName)
        .sort();
    const why = async (deployment: string) => (await alertsOf(app, { rule: 'Old', deployment }))[0]?.message;
    await fail(app, 'left', 1);
    await fail(app, 'kept', 1);
    await until(async () => (await firing()).length === 2);
    await updateRule(app, 'Old', { deployments: ['kept'] });
    expect(await firing()).toEqual(['kept']);
    expect(await why('left')).toBe('the rule does not watch left any more');
    await updateRule(app, 'Old', { enabled: false });
    expect(await why('kept')).toBe('the rule was switched off');
    await updateRule(app, 'Old', { enabled: true, deployments: null });
    await until(async () => (await firing()).includes('kept'));
    await succeed(app, DELETE_RULE, { input: { rule: 'Old', reason: 'not needed' } });
    const ended = (await alertsOf(app, { rule: 'Old' }))[0];
    expect(ended).toMatchObject({
      state: 'RESOLVED',
      message: 'the rule was deleted',
      rule: null,
      ruleName: 'Old',
    });
  });

  it('resolves alerts of a deployment that is stopped or deleted', async () => {
    await serve(app, 'going', scalingModel(2));
    await createRule(app, 'Going', {
      condition: { threshold: { metric: 'ERRORS', value: 0, window: 'PT10M' } },
      deployments: ['going'],
    });
    await fail(app, 'going', 1);
    await until(async () => (await only('Going'))?.state === 'FIRING');
    await app.graphql('mutation { undeploy(input: {name: "going"}) { userErrors { code } } }');
    await until(async () => (await only('Going'))?.state === 'RESOLVED');
    expect(await only('Going')).toMatchObject({ message: 'going was stopped' });
    await app.graphql('mutation { archiveModel(input: {name: "going"}) { userErrors { code } } }');
    await app.graphql('mutation { deleteModel(input: {name: "going"}) { userErrors { code } } }');
    expect(await only('Going')).toMatchObject({ deployment: null, deploymentName: 'going' });
  });

  it('judges an objective by an hour and by five minutes at once', async () => {
    await serve(app, 'burning', scalingModel(2));
    await createRule(app, 'Burn', {
      condition: { burnRate: { objective: 0.9, factor: 5, minimumRequests: 10 } },
      deployments: ['burning'],
    });
    for (let count = 0; count < 5; count += 1) await scale(app, { deployment: 'burning' }, [1, 2, 3, 4]);
    await fail(app, 'burning', 4);
    // Nine requests prove nothing; the tenth fails, too, and half of them have failed.
    expect(await only('Burn')).toBeUndefined();
    await fail(app, 'burning', 1);
    await until(async () => (await only('Burn'))?.state === 'FIRING');
    // A tensor of a wrong shape is the caller's own mistake.
    await updateRule(app, 'Burn', {
      condition: { burnRate: { objective: 0.9, factor: 5, minimumRequests: 10, ignoreCallerErrors: true } },
    });
    await until(async () => (await only('Burn'))?.state === 'RESOLVED');
    await updateRule(app, 'Burn', {
      condition: { burnRate: { objective: 0.9, factor: 5, minimumRequests: 10 } },
    });
    await until(async () => (await only('Burn'))?.state === 'FIRING');
    expect(await only('Burn')).toMatchObject({
      threshold: 5,
      message: expect.stringContaining(
        'burning (90 % of the requests are answered) burns its error budget 5 times too fast over 1 h and 5 times over 5 min',
      ),
    });
  });

  it('tells of drift from the reference', async () => {
    await serve(app, 'drifting', scalingModel(2));
    const random = seededRandom(7);
    const rows = (count: number, shift: number) =>
      Array.from({ length: count }, () => Array.from({ length: 4 }, () => random() + shift));
    await succeed(
      app,
      'mutation ($input: SetReferenceDistributionInput!) { setReferenceDistribution(input: $input) { userErrors { message } } }',
      { input: { version: 'drifting@1', instances: rows(600, 0).map((x) => ({ x })) } },
    );
    await createRule(app, 'Drift', { condition: { drift: {} }, deployments: ['drifting'] });
    const data = rows(190, 2);
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [data.length, 4], data: data.flat() }];
    await succeed(app, INFER, { input: { deployment: 'drifting', inputs } });
    await until(async () => (await only('Drift'))?.state === 'FIRING');
    const { message, value } = (await only('Drift')) ?? {};
    expect(value).toBeGreaterThanOrEqual(4);
    expect(message).toMatch(/^drifting: \d+ features have drifted within 1 h$/);
  });

  it('says when a rule would have fired', async () => {
    await serve(app, 'past', scalingModel(2));
    await fail(app, 'past', 5);
    const since = new Date(Date.now() - 60_000).toISOString();
    const test = async (input: object) =>
      (
        await succeed<{
          test: { firings: { value: number; firedAt: string }[]; lookCount: number; condition: string };
        }>(app, TEST_RULE, { input: { deployment: 'past', since, ...input } })
      ).test;
    // What happens in a second is told when it is over.
    await until(async () => (await test(anyError)).firings.length > 0);
    const found = await test(anyError);
    expect(found).toMatchObject({
      condition: 'the number of failed requests over 10 s is above 0',
      resolution: expect.stringMatching(/^PT10?S$/),
    });
    expect(found.lookCount).toBeGreaterThanOrEqual(5);
    expect(found.firings).toHaveLength(1);
    expect(found.firings[0]?.value).toBeGreaterThan(0);
    expect(Math.abs(Date.parse(found.firings[0]?.firedAt ?? '') - Date.now())).toBeLessThan(30_000);
    expect((await test({ rule: 'Errors' })).firings).toHaveLength(1);
    expect((await test({ rule: 'Errors', forDuration: 'PT1M' })).firings).toEqual([]);
    expect(
      (await test({ condition: { threshold: { metric: 'ERRORS', value: 5, window: 'PT10S' } } })).firings,
    ).toEqual([]);
    // Nothing is left behind.
    expect(await alertsOf(app, { deployment: 'past', rule: 'Errors' })).toEqual([]);
  });

  describe('bad input', () => {
    const create = (more: object) =>
      refusal(app, CREATE_RULE, { input: { name: 'Bad', condition: { noTraffic: {} }, ...more } });

    it.each([
      {
        why: 'a name with a space',
        more: { name: 'High errors' },
        code: 'INVALID_NAME',
        says: 'Expected an alert rule name of 1 to 63',
        field: ['name'],
      },
      {
        why: 'a name that is taken',
        more: { name: 'Errors' },
        code: 'NAME_TAKEN',
        says: 'There is an alert rule "Errors" already',
        field: ['name'],
      },
      {
        why: 'one that differs in case',
        more: { name: 'ERRORS' },
        code: 'NAME_TAKEN',
        says: 'differs only in case',
        field: ['name'],
      },
      {
        why: 'deployments that are not there',
        more: { deployments: ['failing', 'nobody'] },
        code: 'DEPLOYMENT_NOT_FOUND',
        says: 'There is no deployment "nobody". There are "burning", "drifting", "failing"',
        field: ['deployments'],
      },
      {
        why: 'too long a wait',
        more: { forDuration: 'P2D' },
        code: 'INVALID_ARGUMENT',
        says: 'Expected forDuration of at most 1 d, got 2 d.',
        field: ['forDuration'],
      },
      {
        why: 'a webhook without secrets',
        more: { webhooks: [{ url: 'https://example.org/', secret: 'mine' }] },
        code: 'SECRET_NOT_FOUND',
        says: 'RETORT_SECRETS_FILE',
        field: ['webhooks', '0', 'secret'],
      },
      {
        why: 'a webhook inside',
        more: { webhooks: [{ url: 'https://169.254.169.254/', secret: 'mine' }] },
        code: 'INVALID_ARGUMENT',
        says: 'RETORT_WEBHOOK_HOSTS',
        field: ['webhooks', '0', 'url'],
      },
      {
        why: 'a share in per cent',
        more: { condition: { threshold: { metric: 'ERROR_RATE', value: 5 } } },
        code: 'INVALID_ARGUMENT',
        says: 'For 5 % give 0.05',
        field: ['condition', 'threshold', 'value'],
      },
      {
        why: 'a window beyond what is kept',
        more: { condition: { noTraffic: { window: 'P31D' } } },
        code: 'INVALID_ARGUMENT',
        says: 'for which metrics are kept, got 31 d',
        field: ['condition', 'noTraffic', 'window'],
      },
    ])('$why', async ({ more, code, says, field }) => {
      expect(await create(more)).toEqual({ field, code, message: expect.stringContaining(says) });
    });

    it('a number that is infinite', async () => {
      const answer = await app.graphql(
        'mutation { createAlertRule(input: {name: "Bad", condition: {threshold: {metric: ERRORS, value: 1e999}}}) { userErrors { message field } } }',
      );
      expect(
        (answer.data as { createAlertRule: { userErrors: object[] } }).createAlertRule.userErrors,
      ).toEqual([
        { field: ['condition', 'threshold', 'value'], message: expect.stringContaining('got Infinity') },
      ]);
    });

    it('a metric that is not known, two conditions, and a duration that is none', async () => {
      const input = (condition: object) => ({ input: { name: 'Bad', condition } });
      const metric = onlyError(
        await app.graphql(CREATE_RULE, input({ threshold: { metric: 'LATENCY', value: 1 } })),
      );
      expect(metric.message).toContain('Value "LATENCY" does not exist in "AlertMetric" enum');
      const both = onlyError(await app.graphql(CREATE_RULE, input({ drift: {}, noTraffic: {} })));
      expect(both.message).toContain(
        'Exactly one key must be specified for OneOf type "AlertConditionInput"',
      );
      const duration = onlyError(await app.graphql(CREATE_RULE, input({ drift: { window: '5 minutes' } })));
      expect(duration.message).toContain('Expected an ISO 8601 duration');
    });

    it('a rule that is not there', async () => {
      const missing = {
        field: ['rule'],
        code: 'ALERT_RULE_NOT_FOUND',
        message: expect.stringContaining('Did you mean "Errors"?'),
      };
      expect(await refusal(app, UPDATE_RULE, { input: { rule: 'Error', enabled: false } })).toEqual(missing);
      expect(await refusal(app, DELETE_RULE, { input: { rule: 'Error' } })).toEqual(missing);
      const until = new Date(Date.now() + 60_000).toISOString();
      expect(await refusal(app, SILENCE, { input: { rule: 'Error', until, reason: 'x' } })).toEqual(missing);
      expect(
        await refusal(app, TEST_RULE, {
          input: { rule: 'Error', deployment: 'past', since: '2026-01-01T00:00:00Z' },
        }),
      ).toEqual(missing);
    });

    it.each([
      {
        why: 'in the past',
        more: { until: '2020-01-01T00:00:00Z' },
        says: 'Expected a time to come, got 2020-01-01T00:00:00.000Z',
      },
      { why: 'for ever', more: { until: '2999-01-01T00:00:00Z' }, says: 'Expected a time within a year' },
      {
        why: 'of nothing',
        more: { rule: null },
        says: 'Expected a rule, a deployment, or both, got neither.',
      },
      { why: 'without a reason', more: { reason: '' }, says: 'Expected 1 to 1000 characters, got 0.' },
      {
        why: 'of a deployment that is not there',
        more: { deployment: 'nobody' },
        says: 'There is no deployment "nobody"',
      },
    ])('a silence $why', async ({ more, says }) => {
      const until = new Date(Date.now() + 60_000).toISOString();
      const { message } = await refusal(app, SILENCE, {
        input: { rule: 'Errors', until, reason: 'x', ...more },
      });
      expect(message).toContain(says);
    });

    it('the end of a silence that is none', async () => {
      expect(await refusal(app, UNSILENCE, { input: { rule: 'Errors' } })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('there is none'),
      });
    });

    it.each([
      {
        why: 'neither rule nor condition',
        more: {},
        says: 'either the name of a rule or a condition, got neither',
      },
      { why: 'both', more: { rule: 'Errors', ...anyError }, says: 'got both' },
      {
        why: 'what was before anything is kept',
        more: { ...anyError, since: '2000-01-01T00:00:00Z' },
        says: 'Expected at most 30 d to look at',
      },
      {
        why: 'the future',
        more: { ...anyError, since: '2999-01-01T00:00:00Z' },
        says: 'Expected "since" before "until" and before now',
      },
      { why: 'drift', more: { condition: { drift: {} } }, says: 'cannot be tested on the past' },
      {
        why: 'a window that is not known so finely',
        more: { ...anyError, since: new Date(Date.now() - 86_400_000).toISOString() },
        says: 'is kept by 1 min, and the rule looks at 10 s',
      },
      { why: 'nobody', more: { ...anyError, deployment: 'nobody' }, says: 'There is no deployment "nobody"' },
    ])('a test on $why', async ({ more, says }) => {
      const since = new Date(Date.now() - 60_000).toISOString();
      const { message } = await refusal(app, TEST_RULE, { input: { deployment: 'past', since, ...more } });
      expect(message).toContain(says);
    });
  });
});
