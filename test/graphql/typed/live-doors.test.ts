import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, onlyError, succeed } from '../../api/support/ask.js';
import { deploy, IN_THREAD, latestCursor, publish } from '../../api/support/catalog-steps.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { until } from '../../support/until.js';
import { protonModel, protonPipeline, serveProtons, typedFields } from './support/nuclide-models.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded' });
});
afterAll(() => app.close());

interface Energy {
  readonly energy: { readonly value: number };
  readonly version: { readonly ref: string };
}

const schemaVersion = async () =>
  (await ask<{ schemaVersion: number }>(app, '{ schemaVersion }')).schemaVersion;
const fieldNames = async () => (await typedFields(app)).map(({ name }) => name);
const undeploy = (name: string) =>
  succeed(
    app,
    'mutation ($name: String!) { undeploy(input: {name: $name, reason: "tidying up"}) { userErrors { code message } } }',
    { name },
  );
const energyOf = (field: string, result = 'energy') =>
  `mutation { models { ${field}(instances: {z: 10, n: 10}) { ${result} { value } version { ref } } } }`;

describe('the schema', () => {
  it('has a field as soon as a deployment is there, and says so by its number and an event', async () => {
    const before = await schemaVersion();
    const cursor = await latestCursor(app);
    expect(onlyError(await app.graphql(energyOf('early')))).toMatchObject({
      message: expect.stringContaining('Cannot query field "early"'),
    });
    await serveProtons(app, 'early');
    expect((await app.graphql(energyOf('early'))).data).toEqual({
      models: { early: [{ energy: { value: 20 }, version: { ref: 'early@1' } }] },
    });
    expect(await schemaVersion()).toBe(before + 1);
    let changes: { node: object }[] = [];
    await until(async () => {
      const { events } = await ask<{ events: { edges: { node: object }[] } }>(
        app,
        'query ($after: String) { events(filter: {kinds: [SCHEMA_CHANGED]}, after: $after) { edges { node { kind message ... on SchemaChangedEvent { schemaVersion fieldsAdded fieldsChanged fieldsRemoved } } } } }',
        { after: cursor },
      );
      changes = events.edges;
      return changes.length > 0;
    });
    expect(changes).toEqual([
      {
        node: {
          kind: 'SCHEMA_CHANGED',
          message: expect.stringContaining('models.early added'),
          schemaVersion: before + 1,
          fieldsAdded: ['early'],
          fieldsChanged: [],
          fieldsRemoved: [],
        },
      },
    ]);
  });

  it('keeps a field for a while after its deployment was stopped, to say what happened', async () => {
    await serveProtons(app, 'leaving');
    await app.graphql(energyOf('leaving'));
    await undeploy('leaving');
    // The schema follows within a moment; until then the deployment says it.
    await until(async () =>
      onlyError(await app.graphql(energyOf('leaving'))).message.includes('was stopped'),
    );
    const { message, code } = onlyError(await app.graphql(energyOf('leaving')));
    expect(code).toBe('DEPLOYMENT_NOT_READY');
    expect(message).toMatch(
      /^Deployment "leaving" was stopped \(Undeployed: tidying up\) at \d{4}-.*Z, so models\.leaving answers no longer\. .*deployVersion/,
    );
    expect(await typedFields(app)).toContainEqual({
      name: 'leaving',
      isDeprecated: true,
      deprecationReason: message,
    });
    const { deployment } = await ask<{ deployment: object }>(
      app,
      '{ deployment(name: "leaving") { typedField } }',
    );
    expect(deployment).toEqual({ typedField: null });
    await deploy(app, 'leaving', 'leaving@1', IN_THREAD);
    expect((await app.graphql(energyOf('leaving'))).data).toMatchObject({
      models: { leaving: [{ energy: { value: 20 } }] },
    });
  });

  it('follows a deployment to a version with another pipeline, and back', async () => {
    await serveProtons(app, 'moving', [protonPipeline('energy'), protonPipeline('mass', 'u')]);
    const answers = async (result: string) => {
      const answer = await app.graphql(energyOf('moving', result));
      return answer.errors?.[0]?.message ?? (answer.data as unknown);
    };
    expect(await answers('energy')).toMatchObject({ models: { moving: [{ energy: { value: 20 } }] } });
    await deploy(app, 'moving', 'moving@2', IN_THREAD);
    expect(await answers('mass')).toMatchObject({
      models: { moving: [{ mass: { value: 30 }, version: { ref: 'moving@2' } }] },
    });
    expect(await answers('energy')).toMatch('Cannot query field "energy" on type "MovingPrediction"');
    await deploy(app, 'moving', 'moving@1', IN_THREAD);
    expect(await answers('energy')).toMatchObject({ models: { moving: [{ energy: { value: 20 } }] } });
    expect(await answers('mass')).toMatch('Cannot query field "mass"');
  });

  it('asks only the versions that answer as the field does, while several serve', async () => {
    const pipelines = [protonPipeline(), protonPipeline('mass', 'u'), protonPipeline()];
    await serveProtons(app, 'shared', pipelines);
    const share = (version: string) =>
      succeed(
        app,
        'mutation ($input: SetTrafficInput!) { setTraffic(input: $input) { userErrors { code message } } }',
        {
          input: {
            deployment: 'shared',
            shares: [
              { version: 'shared@1', share: 0.5 },
              { version, share: 0.5 },
            ],
            allowBreaking: true,
            waitMs: 600_000,
          },
        },
      );
    const versions = async () => {
      const seen = new Set<unknown>();
      for (let asked = 0; asked < 40; asked += 1) {
        const { models } = await ask<{ models: { shared: Energy[] } }>(app, energyOf('shared'));
        const [one] = models.shared;
        expect(one?.energy.value).toBe(one?.version.ref === 'shared@3' ? 40 : 20);
        seen.add(one?.version.ref);
      }
      return [...seen].sort();
    };
    await share('shared@2');
    expect(await versions()).toEqual(['shared@1']);
    await share('shared@3');
    expect(await versions()).toEqual(['shared@1', 'shared@3']);
    const pinned = await app.graphql(
      'mutation { models { shared(instances: {z: 1, n: 1}, pin: "shared@2") { energy { value } } } }',
    );
    expect(onlyError(pinned).code).toBe('VERSION_NOT_SERVED');
  });

  it('gives the first deployment the field that several would have, and the others a number', async () => {
    await serveProtons(app, 'a-b');
    await serveProtons(app, 'a.b');
    await serveProtons(app, 'a_b', [protonPipeline('error')]);
    await serveProtons(app, 'logged', [protonPipeline('domain')]);
    await serveProtons(app, '7up');
    const { deployments } = await ask<{ deployments: { edges: { node: { name: string } }[] } }>(
      app,
      '{ deployments(first: 100) { edges { node { name typedField } } } }',
    );
    const names = Object.fromEntries(
      deployments.edges.map(({ node }) => [
        node.name,
        (node as unknown as { typedField: string }).typedField,
      ]),
    );
    expect(names).toMatchObject({ 'a-b': 'a_b', 'a.b': 'a_b_2', a_b: 'a_b_3', '7up': '_7up' });
    const data = await ask<object>(
      app,
      `mutation { models {
         a_b(instances: {z: 1, n: 1}) { energy { value } version { ref } }
         a_b_2(instances: {z: 1, n: 1}) { energy { value } version { ref } }
         a_b_3(instances: {z: 1, n: 1}) { __typename error_2 { value } error { code } version { ref } }
         logged(instances: {z: 1, n: 1}) { __typename domain_2 { value } }
         _7up(instances: {z: 1, n: 1}) { __typename energy { value } } } }`,
    );
    expect(data).toMatchObject({
      models: {
        a_b: [{ energy: { value: 2 }, version: { ref: 'a-b@1' } }],
        a_b_2: [{ version: { ref: 'a.b@1' } }],
        a_b_3: [{ __typename: 'AB3Prediction', error_2: { value: 2 }, error: null }],
        // The schema itself has a type LoggedPrediction.
        logged: [{ __typename: 'Logged_2Prediction', domain_2: { value: 2 } }],
        _7up: [{ __typename: '_7upPrediction' }],
      },
    });
    await undeploy('a-b');
    expect(onlyError(await app.graphql(energyOf('a_b'))).message).toContain('"a-b" was stopped');
    expect((await app.graphql(energyOf('a_b_2'))).data).toMatchObject({ models: { a_b_2: [{}] } });
  });

  it('changes under sixteen callers without failing any of them', async () => {
    await serveProtons(app, 'steady');
    await serveProtons(app, 'swapping', [protonPipeline(), protonPipeline('mass')]);
    let over = false;
    let answered = 0;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      const query =
        caller % 2 === 0
          ? energyOf('steady')
          : 'mutation { predict(input: {deployment: "steady", instances: [{z: 10, n: 10}]}) { predictions { value } } }';
      for (let turn = 0; !over; turn += 1) {
        // Now and then a document nobody has seen.
        const text = turn % 5 === 0 ? `${query} # ${caller} ${turn}` : query;
        const answer = await app.graphql(text);
        const { models, predict } = (answer.data ?? {}) as {
          models?: { steady: Energy[] };
          predict?: { predictions: { value: number }[] };
        };
        const value = models?.steady[0]?.energy.value ?? predict?.predictions[0]?.value;
        if (answer.errors || value !== 20) failures.push(answer);
        answered += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < 3; round += 1) {
      await deploy(app, 'swapping', 'swapping@2', IN_THREAD);
      expect((await app.graphql(energyOf('swapping', 'mass'))).errors).toBeUndefined();
      await deploy(app, 'swapping', 'swapping@1', IN_THREAD);
      expect((await app.graphql(energyOf('swapping'))).errors).toBeUndefined();
      await undeploy('swapping');
    }
    over = true;
    await Promise.all(callers);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
  });

  it('remembers its number and its fields over a restart', async () => {
    const [number, fields] = [await schemaVersion(), await fieldNames()];
    expect(number).toBeGreaterThan(10);
    await app.stop();
    app = await startTestApp({ kind: 'embedded', reuse: app });
    expect((await fieldNames()).sort()).toEqual(fields.sort());
    expect(await schemaVersion()).toBe(number);
    await publish(app, 'early', protonModel(9), { pipeline: protonPipeline('other') });
    expect(await schemaVersion()).toBe(number);
  });
});
