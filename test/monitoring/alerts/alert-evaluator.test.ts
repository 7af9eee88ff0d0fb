import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AlertBook } from '../../../src/monitoring/alerts/alert-book.js';
import type { AlertRuleRecord } from '../../../src/monitoring/alerts/alert-records.js';
import { AlertStore } from '../../../src/monitoring/alerts/alert-store.js';
import { AlertEvaluator } from '../../../src/monitoring/alerts/evaluation/alert-evaluator.js';
import type { WindowMetrics } from '../../../src/monitoring/alerts/evaluation/metric-source.js';
import { AlertRuleStore } from '../../../src/monitoring/alerts/rules/alert-rule-store.js';
import { readCondition } from '../../../src/monitoring/alerts/rules/condition-input.js';
import { NEW_RULE } from '../../../src/monitoring/alerts/rules/rule-input.js';
import { SilenceStore } from '../../../src/monitoring/alerts/silence-store.js';
import { DeliveryStore } from '../../../src/monitoring/alerts/webhooks/delivery-store.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import { EventLog } from '../../../src/platform/events/index.js';
import { DatabaseUnavailable } from '../../../src/platform/failures.js';
import { createLogger } from '../../../src/platform/logging.js';
import { uuid7 } from '../../../src/platform/uuid7.js';
import { databaseKinds, openTestDatabase } from '../../support/databases.js';

const START = 1_800_000_000_000;
const LOOK = 5_000;

describe.each(databaseKinds)('looks at rules, %s database', (kind) => {
  let database: DatabaseHandle;
  let events: EventLog;
  /** Errors of each deployment in the window; what the sources say. */
  let errors: Record<string, number>;
  let rule: AlertRuleRecord;
  let transactions: number;
  let refuse: number;
  let book: AlertBook;
  let evaluator: AlertEvaluator;
  const deployments = ['one', 'two', 'three'].map((name) => ({
    id: uuid7(),
    name,
    state: 'READY',
    servingSince: 0,
    versionPublishedAt: 0,
    versionRef: `${name}@1`,
    versionId: 'v',
  }));
  let known = deployments;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    events = new EventLog(database.client, createLogger('silent'));
  });
  afterAll(async () => {
    await events.close();
    await database.close();
  });
  beforeEach(async () => {
    await database.client.alert.deleteMany();
    await database.client.webhookDelivery.deleteMany();
    await database.client.alertRule.deleteMany();
    errors = {};
    known = deployments;
    refuse = 0;
    transactions = 0;
    rule = await events.transaction(async (tx) => ({
      result: await new AlertRuleStore(database.client).add(
        tx,
        uuid7(),
        {
          ...NEW_RULE,
          name: 'Errors',
          condition: readCondition({ threshold: { metric: 'ERRORS', operator: 'ABOVE', value: 0 } }),
          forMs: 20_000,
          webhooks: [
            { url: 'https://example.org/a', secret: 's' },
            { url: 'https://example.org/b', secret: 's' },
          ],
        },
        'local',
      ),
      events: [],
    }));
    await begin();
  });

  const window = (name: string): WindowMetrics => ({
    requests: 10,
    errors: errors[name] ?? 0,
    ownErrors: 0,
    seconds: 300,
    cacheHits: 0,
    isComplete: true,
    queueDepth: 0,
    memoryBytes: 0,
    latency: () => 1,
    shareWithin: () => 1,
  });

  /** As a start does it: all that is known is in the database. */
  async function begin(): Promise<void> {
    const store = new AlertStore(database.client);
    book = new AlertBook();
    book.load(
      await new AlertRuleStore(database.client).all(),
      await store.open(),
      await new SilenceStore(database.client).active(new Date(START)),
    );
    evaluator = new AlertEvaluator({
      book,
      directory: { all: async () => known },
      sources: {
        metrics: { knownSince: 0, lastRequestAt: () => null, window },
        drift: { driftedFeatures: () => null },
        qualities: { quality: () => undefined },
      },
      onLook: () => undefined,
      onLooked: () => undefined,
      alerts: store,
      deliveries: new DeliveryStore(database.client),
      events: {
        transaction: async (work, options) => {
          transactions += 1;
          if (refuse > 0) {
            refuse -= 1;
            throw new DatabaseUnavailable('The database is away.');
          }
          return events.transaction(work, options);
        },
      },
      onDeliveries: () => undefined,
    });
  }

  const looks = async (from: number, to: number) => {
    for (let look = from; look <= to; look += 1) await evaluator.evaluate(START + look * LOOK);
  };
  const alerts = async () =>
    (await database.client.alert.findMany({ orderBy: [{ deploymentName: 'asc' }, { state: 'asc' }] })).map(
      ({ deploymentName, state }) => `${deploymentName} ${state}`,
    );
  const calls = async () =>
    (await database.client.webhookDelivery.findMany({ orderBy: [{ id: 'asc' }, { url: 'asc' }] })).map(
      ({ url, body }) => {
        const { alerts: told } = JSON.parse(body) as { alerts: { deployment: string; state: string }[] };
        return `${url.at(-1)}: ${told.map(({ deployment, state }) => `${deployment} ${state}`).join(', ')}`;
      },
    );

  it('writes nothing while nothing changes', async () => {
    await looks(0, 10);
    expect(transactions).toBe(0);
    errors = { one: 1 };
    await looks(11, 40);
    // Once when it was pending, once when it fired.
    expect(transactions).toBe(2);
    expect(await alerts()).toEqual(['one FIRING']);
  });

  it('tells each webhook once of all that fire together', async () => {
    errors = { one: 1, three: 2 };
    await looks(0, 10);
    expect(await calls()).toEqual(['a: one FIRING, three FIRING', 'b: one FIRING, three FIRING']);
  });

  it('goes on after a kill where it was: what fires does not fire again, what is pending has not forgotten', async () => {
    errors = { one: 1 };
    await looks(0, 5);
    errors = { one: 1, two: 1 };
    // Written down after half a minute at the latest.
    await looks(6, 7);
    await evaluator.note(START + 7 * LOOK);
    await begin();
    await looks(8, 9);
    expect(await alerts()).toEqual(['one FIRING', 'two PENDING']);
    await looks(10, 10);
    // Twenty seconds from the sixth look on.
    expect(await alerts()).toEqual(['one FIRING', 'two FIRING']);
    expect(await calls()).toHaveLength(4);
    const stored = await events.page({ filter: { kinds: ['ALERT_FIRED'] }, take: 100, fromEnd: true });
    expect(stored.slice(-2).map(({ deploymentName }) => deploymentName)).toEqual(['one', 'two']);
  });

  it('finds again what it could not write, and tells it once', async () => {
    errors = { one: 1 };
    await looks(0, 3);
    refuse = 2;
    for (const look of [4, 5])
      await expect(evaluator.evaluate(START + look * LOOK)).rejects.toThrow('The database is away.');
    expect(await alerts()).toEqual(['one PENDING']);
    await looks(6, 8);
    expect(await alerts()).toEqual(['one FIRING']);
    expect(await calls()).toHaveLength(2);
  });

  it('ends what is open for a deployment that is gone', async () => {
    errors = { one: 1, two: 1 };
    await looks(0, 5);
    known = deployments.filter(({ name }) => name !== 'one');
    await looks(6, 6);
    expect(await alerts()).toEqual(['one RESOLVED', 'two FIRING']);
    // And one of the same name is another one.
    const again = {
      id: uuid7(),
      name: 'one',
      state: 'READY',
      servingSince: 0,
      versionPublishedAt: 0,
      versionRef: 'one@1',
      versionId: 'v',
    };
    known = [...known, again];
    await looks(7, 12);
    expect(await alerts()).toEqual(['one FIRING', 'one RESOLVED', 'two FIRING']);
  });

  it('tells of a thousand in calls of two hundred', async () => {
    known = Array.from({ length: 1_000 }, (_, place) => ({
      id: uuid7(),
      name: `many-${place}`,
      state: 'READY',
      servingSince: 0,
      versionPublishedAt: 0,
      versionRef: 'many@1',
      versionId: 'v',
    }));
    errors = Object.fromEntries(known.map(({ name }) => [name, 1]));
    await looks(0, 4);
    expect((await calls()).length).toBe(10);
    expect(book.firing({ ruleId: rule.id, deploymentName: null })).toHaveLength(1_000);
    expect(transactions).toBe(2);
  });
});
