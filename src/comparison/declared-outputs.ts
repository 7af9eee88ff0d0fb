import type { VersionRecord } from '../catalog/index.js';
import { describeInstance, tensorAnnotations } from '../pipelines/index.js';
import type { Side } from './samples/run-sample.js';
import type { Sample } from './samples/sample.js';

/** An output as a version declares it: a result of its pipeline, or a tensor of its graph. */
export interface DeclaredOutput {
  readonly name: string;
  /** Null where nothing declares one. */
  readonly unit: string | null;
}

/** An output of both versions, or of one. */
export interface OutputPair {
  readonly base: DeclaredOutput | null;
  readonly target: DeclaredOutput | null;
  /** Why the numbers of the two are not compared; null when they are. */
  readonly obstacle: string | null;
}

/** What of a sample's answers is compared with what. */
export function outputPairs(sample: Sample, base: VersionRecord, target: VersionRecord): OutputPair[] {
  const before = outputsOf(sample, 'base', base);
  const after = new Map(outputsOf(sample, 'target', target).map((output) => [output.name, output]));
  const obstacle = inputObstacle(sample, base, target);
  const alone = before.filter(({ name }) => !after.has(name));
  const names = new Set(before.map(({ name }) => name));
  const others = [...after.values()].filter(({ name }) => !names.has(name));
  // With one left on each side nothing else could be meant; both names are told.
  const meant = alone.length === 1 && others.length === 1 ? others[0] : undefined;
  return [
    ...before.map((one) => pair(one, after.get(one.name) ?? meant ?? null, obstacle)),
    ...(meant ? [] : others).map((other) => pair(null, other, obstacle)),
  ];
}

function pair(base: DeclaredOutput | null, target: DeclaredOutput | null, inputs: string | null): OutputPair {
  if (!base || !target)
    return { base, target, obstacle: `Only the ${base ? 'base' : 'target'} has this output.` };
  // A unit that one version declares and the other does not may be the same, but nobody says so.
  const units =
    base.unit === target.unit
      ? null
      : `The units differ: ${base.unit ?? 'none declared'} in the base, ${target.unit ?? 'none declared'} in the target.`;
  return { base, target, obstacle: inputs ?? units };
}

function outputsOf(sample: Sample, side: Side, version: VersionRecord): DeclaredOutput[] {
  if (sample.form === 'INSTANCES')
    return Object.entries(sample.pipelines[side].result).map(([name, { unit }]) => ({
      name,
      unit: unit ?? null,
    }));
  const { outputs } = tensorAnnotations(version.pipeline);
  return version.signature.outputs.map(({ name }) => ({ name, unit: unitOf(outputs, name) }));
}

/** The same numbers mean different things where the two versions take them in different units. */
function inputObstacle(sample: Sample, base: VersionRecord, target: VersionRecord): string | null {
  const [before, after] = [inputUnits(sample, 'base', base), inputUnits(sample, 'target', target)];
  for (const [name, unit] of before) {
    const other = after.get(name);
    if (unit !== null && other !== undefined && other !== null && other !== unit)
      return `"${name}" goes in as ${unit} in the base and as ${other} in the target.`;
  }
  return null;
}

/** Of each number the sample has: a tensor, or a field of an instance. Descriptors are computed, and so in no sample. */
function inputUnits(sample: Sample, side: Side, version: VersionRecord): Map<string, string | null> {
  if (sample.form === 'TENSORS') {
    const { inputs } = tensorAnnotations(version.pipeline);
    return new Map(version.signature.inputs.map(({ name }) => [name, unitOf(inputs, name)]));
  }
  const pipeline = sample.pipelines[side];
  if (pipeline.format === 2)
    return new Map(describeInstance(pipeline).fields.map(({ name, unit = null }) => [name, unit]));
  return new Map(
    Object.values(pipeline.inputs).flatMap(({ unit, steps: [source] }) =>
      source.step === 'field' ? [[source.field, [unit].flat().join(', ')] as const] : [],
    ),
  );
}

function unitOf(annotations: Readonly<Record<string, { unit: string | null }>>, name: string): string | null {
  return Object.hasOwn(annotations, name) ? (annotations[name]?.unit ?? null) : null;
}
