import { describe, expect, it } from '@jest/globals';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLEnumType,
} from 'graphql';
import { DEPLOYMENT_STATES } from '../../src/deployments/index.js';
import { buildExecutableSchema } from '../../src/graphql/schema.js';
import { ROW_ERROR_CODES, WARNING_CODES } from '../../src/pipelines/index.js';
import { DATA_TYPES } from '../../src/tensors/index.js';
import { EventKind } from '../../src/platform/database/__generated__/prisma/enums.js';
import { registeredErrorCodes } from '../../src/platform/errors.js';
import '../../src/app.js';

const schema = buildExecutableSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const valuesOf = (name: string) =>
  (schema.getType(name) as GraphQLEnumType)
    .getValues()
    .map((value) => value.name)
    .sort();

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly args?: readonly Described[];
}
const fieldsOf = (type: { getFields(): object }): Described[] =>
  Object.values(type.getFields()) as Described[];

describe('the schema', () => {
  it('describes every type, field, argument and value', () => {
    const silent: string[] = [];
    const check = (path: string, described: { description?: string | null | undefined }) => {
      if (!described.description?.trim()) silent.push(path);
    };
    for (const type of types) {
      check(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
      if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
        for (const field of fieldsOf(type)) {
          check(`${type.name}.${field.name}`, field);
          for (const argument of field.args ?? [])
            check(`${type.name}.${field.name}(${argument.name}:)`, argument);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it('gives times in milliseconds, sizes in bytes and parts as shares, except where it is deprecated', () => {
    const fields = types.flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? (Object.values(type.getFields()) as { name: string; deprecationReason?: string | null }[]).map(
            (field) => ({ ...field, path: `${type.name}.${field.name}` }),
          )
        : [],
    );
    const other =
      /(?:(?:Micro|Milli)?[sS]econds|Minutes|Hours|Days|Us|Percent|^percent|[kK]i?[bB]|[mM]i?[bB]|^weight)$/;
    expect(
      fields
        .filter(({ name, deprecationReason }) => other.test(name) && deprecationReason == null)
        .map(({ path }) => path),
      // What it means has no other field.
    ).toEqual([
      'ExplanationBudgetInput.seconds',
      'MetricsPoint.seconds',
      'CollectArtifactsInput.olderThanHours',
    ]);
    expect(fields.filter(({ name }) => name.endsWith('Ms')).length).toBeGreaterThan(20);
  });

  it('says of everything deprecated what to use instead', () => {
    const reasons = types.flatMap((type) =>
      isObjectType(type) || isInputObjectType(type)
        ? (Object.values(type.getFields()) as { deprecationReason?: string | null }[]).flatMap(
            ({ deprecationReason }) => deprecationReason ?? [],
          )
        : [],
    );
    expect(reasons.length).toBeGreaterThan(5);
    for (const reason of reasons) expect(reason).toMatch(/^(?:Use `[\w.]+`|Always null: )/);
  });

  it.each([
    ['UserErrorCode', registeredErrorCodes().user],
    ['EventKind', Object.values(EventKind)],
    ['DeploymentState', DEPLOYMENT_STATES],
    ['DataType', DATA_TYPES],
    ['PredictionWarningKind', WARNING_CODES],
    ['PredictionErrorKind', ROW_ERROR_CODES],
  ])('has exactly the values the code has: %s', (name, values) => {
    expect(valuesOf(name)).toEqual([...values].sort());
  });

  it('has a resolver for every way in', () => {
    const missing = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
      (root) =>
        Object.values(root?.getFields() ?? {})
          .filter((field) => (root?.name === 'Subscription' ? !field.subscribe : !field.resolve))
          .map((field) => `${root?.name ?? ''}.${field.name}`),
    );
    expect(missing).toEqual([]);
  });

  it('offers what the whole path needs and nothing that does nothing', () => {
    const names = (root: { getFields(): object } | null | undefined) =>
      Object.keys(root?.getFields() ?? {}).sort();
    expect(names(schema.getQueryType())).toEqual([
      'alertRules',
      'alerts',
      'compareVersions',
      'depiction',
      'deployment',
      'deployments',
      'evaluationSchedules',
      'events',
      'explanations',
      'fleetMetrics',
      'job',
      'jobs',
      'model',
      'models',
      'node',
      'nodes',
      'pipelineSchema',
      'previewPipeline',
      'runtime',
      'schemaVersion',
      'version',
    ]);
    expect(names(schema.getMutationType())).toEqual([
      'abortMigration',
      'archiveModel',
      'cancelJob',
      'clearRecordedRequests',
      'collectArtifacts',
      'createAlertRule',
      'createEvaluationSchedule',
      'deleteAlertRule',
      'deleteEvaluationSchedule',
      'deleteLoggedPredictions',
      'deleteModel',
      'deployVersion',
      'evaluateVersion',
      'explainPrediction',
      'exportModel',
      'followAlias',
      'importModel',
      'infer',
      'migrateDeployment',
      'models',
      'pauseJob',
      'pauseMigration',
      'predict',
      'publishVersion',
      'recordOutcome',
      'registerModel',
      'removeAlias',
      'resumeJob',
      'resumeMigration',
      'rollbackAlias',
      'rollbackDeployment',
      'runEvaluationSchedule',
      'setAlias',
      'setReferenceDistribution',
      'setTraffic',
      'silenceAlerts',
      'startArtifactVerification',
      'startBatchPrediction',
      'startConversion',
      'startVersionComparison',
      'tagVersion',
      'testAlertRule',
      'undeploy',
      'unsilenceAlerts',
      'untagVersion',
      'updateAlertRule',
      'updateDeployment',
      'updateEvaluationSchedule',
      'updateModel',
    ]);
    expect(names(schema.getSubscriptionType())).toEqual([
      'alerts',
      'deploymentMetrics',
      'fleetMetrics',
      'jobProgress',
      'monitoringEvents',
    ]);
  });

  it('takes a reason with everything that changes something', () => {
    const changesNothing = ['exportModel', 'infer', 'models', 'predict', 'testAlertRule'];
    const silent = Object.values(schema.getMutationType()?.getFields() ?? {})
      .filter(({ name }) => !changesNothing.includes(name))
      .filter(({ args: [input] }) => {
        const type = schema.getType(String(input?.type).replace('!', ''));
        return !isInputObjectType(type) || !/^String!?$/.test(String(type.getFields().reason?.type));
      });
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('keeps the conventions: one input a mutation, userErrors in its payload, Relay connections', () => {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      // It holds fields that are made from deployments, and has their answers.
      if (field.name === 'models') continue;
      expect(field.args.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
        expect.stringMatching(/^input: \w+Input!$/),
      ]);
      const payload = schema.getType(String(field.type).replace('!', ''));
      expect(isObjectType(payload) && String(payload.getFields().userErrors?.type)).toBe('[UserError!]!');
    }
    for (const type of types.filter(({ name }) => name.endsWith('Connection'))) {
      expect(isObjectType(type) && Object.keys(type.getFields())).toEqual([
        'edges',
        'pageInfo',
        'totalCount',
      ]);
    }
    const connections = types
      .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
      .filter((field) => String(field.type).endsWith('Connection!'));
    expect(connections.length).toBeGreaterThan(5);
    for (const field of connections)
      expect(field.args.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['first', 'after', 'last', 'before']),
      );
  });
});
