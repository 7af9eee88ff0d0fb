import { GraphBuilder } from '../../../../src/onnx/index.js';
import { ask } from '../../../api/support/ask.js';
import { deploy, IN_THREAD, publish, register } from '../../../api/support/catalog-steps.js';
import type { TestApp } from '../../../support/test-app.js';

/** y = factor · z of a nuclide: an answer tells which version gave it. */
export function protonModel(factor: number): Uint8Array {
  const graph = new GraphBuilder('protons', { opset: 17 });
  graph.input('z', 'FP32', ['rows', 1]);
  graph.constant('factor', 'FP32', [], [factor]);
  graph.node('Mul', ['z', 'factor'], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 1]);
  return graph.build();
}

/** A pipeline for it. */
export function protonPipeline(result = 'energy', unit = 'MeV'): object {
  return {
    format: 1,
    instance: { kind: 'nuclide' },
    inputs: { z: { unit: '1', steps: [{ step: 'field', field: 'z' }] } },
    outputs: { y: { unit } },
    result: { [result]: { output: 'y', description: 'A made-up energy' } },
  };
}

/** A model of versions that answer 2 · z, 3 · z and so on, the first of them served under the model's name. */
export async function serveProtons(
  app: TestApp,
  name: string,
  pipelines: readonly object[] = [protonPipeline()],
): Promise<void> {
  await register(app, name);
  for (const [index, pipeline] of pipelines.entries())
    await publish(app, name, protonModel(index + 2), { pipeline });
  await deploy(app, name, `${name}@1`, IN_THREAD);
}

export interface TypeOfSchema {
  readonly name: string;
  readonly kind: string;
  readonly fields:
    readonly { name: string; isDeprecated: boolean; deprecationReason: string | null }[] | null;
  readonly enumValues: readonly { name: string }[] | null;
}

/** The fields that are made from deployments, as introspection shows them now. */
export async function typedFields(app: TestApp): Promise<TypeOfSchema['fields'] & object> {
  const { __type } = await ask<{ __type: TypeOfSchema }>(
    app,
    '{ __type(name: "TypedModels") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } }',
  );
  return (__type.fields ?? []).filter(({ name }) => name !== '_schemaVersion');
}
