import {
  DEFAULT_SETTINGS,
  type DeploymentRecord,
  type PredictionLogSettings,
} from '../../../src/deployments/index.js';
import { DeploymentStore } from '../../../src/deployments/deployment-store.js';
import type { Database } from '../../../src/platform/database/index.js';

/** A deployment as the database knows it, of a model of its own, with a prediction log. */
export async function loggingDeployment(
  database: Database,
  name: string,
  predictionLog: PredictionLogSettings | null,
): Promise<{
  readonly deployment: DeploymentRecord;
  readonly modelId: string;
  readonly versionId: string;
  /** With other settings. */
  readonly revise: (settings: PredictionLogSettings | null) => Promise<DeploymentRecord>;
}> {
  const digest = `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`;
  const model = await database.model.create({
    data: { name, title: name, domain: 'GENERAL', createdBy: 'test' },
  });
  await database.artifact.create({
    data: { digest, size: 1n, format: 'ONNX', opsets: [], metadata: {}, parameterCount: 0n, operators: {} },
  });
  const version = await database.version.create({
    data: {
      modelId: model.id,
      number: 1,
      artifactDigest: digest,
      signature: {},
      metrics: [],
      createdBy: 'test',
    },
  });
  const store = new DeploymentStore(database);
  const revise = async (settings: PredictionLogSettings | null) => {
    await database.$transaction((tx) =>
      store.addRevision(tx, {
        name,
        modelId: model.id,
        versionId: version.id,
        settings: { ...DEFAULT_SETTINGS, predictionLog: settings },
        actor: 'ada',
        reason: null,
      }),
    );
    const deployment = await store.find(name);
    if (!deployment) throw new Error('A deployment that was made is not there');
    return deployment;
  };
  return { deployment: await revise(predictionLog), modelId: model.id, versionId: version.id, revise };
}
