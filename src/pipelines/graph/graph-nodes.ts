import { similarNames } from '../../platform/similar-names.js';
import { fieldOf } from '../fields/index.js';
import { describeKind, formOf, StepFault, type StepDefinition, type ValueKind } from '../language/index.js';
import { invalidPipeline } from '../pipeline-error.js';
import type { PipelineFaults } from '../pipeline-faults.js';
import { stepNamed } from '../steps/index.js';
import type { DeclaredField, DeclaredStep } from './graph-schema.js';

/** A step in its place: what it is made of, and what it gives. */
export interface GraphStep {
  readonly name: string;
  readonly definition: StepDefinition;
  readonly parameters: DeclaredStep;
  readonly of: readonly string[];
  readonly takes: readonly ValueKind[];
  readonly gives: ValueKind;
}

/** What is known of the fields and steps of a pipeline. */
export interface GraphNodes {
  /** By the name of a field or a step; what is at fault is left out. */
  readonly kinds: ReadonlyMap<string, ValueKind>;
  /** Each after those it is made of. */
  readonly steps: readonly GraphStep[];
}

/** Puts steps in order and finds out what each gives; what is wrong is added to the faults. */
export function graphNodes(
  instance: Readonly<Record<string, DeclaredField>>,
  steps: Readonly<Record<string, DeclaredStep>>,
  faults: PipelineFaults,
): GraphNodes {
  const kinds = new Map<string, ValueKind>();
  const fields = Object.entries(instance);
  if (fields.length === 0)
    faults.attempt(() => {
      throw invalidPipeline(['instance'], 'name at least one field of an instance');
    });
  for (const [name, field] of fields) faults.attempt(() => kinds.set(name, fieldKind(name, field)));
  for (const name of Object.keys(steps))
    if (Object.hasOwn(instance, name))
      faults.attempt(() => {
        throw invalidPipeline(['steps', name], `a field has this name already; give the step another`);
      });
  const names = [...Object.keys(instance), ...Object.keys(steps)];
  const ordered: GraphStep[] = [];
  for (const name of order(instance, steps, names, faults)) {
    const declared = steps[name];
    if (declared === undefined) continue;
    const of = sourcesOf(declared);
    const takes = of.flatMap((source) => kinds.get(source) ?? []);
    // Of a step that is made of something at fault nothing more is said.
    if (takes.length < of.length) continue;
    const step = faults.attempt(() => graphStep(name, declared, of, takes));
    if (step === undefined) continue;
    kinds.set(name, step.gives);
    ordered.push(step);
  }
  return { kinds, steps: ordered };
}

export function sourcesOf({ of }: Pick<DeclaredStep, 'of'>): readonly string[] {
  return typeof of === 'string' ? [of] : of;
}

/** A name that is neither a field nor a step, with those it may have been meant to be. */
export function unknownSource(name: string, names: readonly string[]): string {
  const near = similarNames(name, names);
  const hint = near.length === 0 ? `there are ${quoted(names)}` : `the nearest are ${quoted(near)}`;
  return `no field or step has the name "${name}"; ${hint}`;
}

export function quoted(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}

function fieldKind(name: string, field: DeclaredField): ValueKind {
  const { kind: fieldName, missing } = field;
  const definition = fieldOf(fieldName);
  const kind = told(['instance', name], () => definition.gives(field));
  if (missing === undefined) return kind;
  const path = ['instance', name, 'missing'];
  if ('as' in missing) {
    if (kind.kind !== 'numbers' || kind.holds !== 'real' || formOf(kind) !== 'dense')
      throw invalidPipeline(path, `only a number can be NaN, and this is ${describeKind(kind)}`);
    return { ...kind, gaps: true };
  }
  try {
    definition.read(field, name)(missing.use, () => undefined);
  } catch (error) {
    throw invalidPipeline([...path, 'use'], error instanceof Error ? error.message : String(error));
  }
  return kind;
}

function graphStep(
  name: string,
  parameters: DeclaredStep,
  of: readonly string[],
  takes: readonly ValueKind[],
): GraphStep {
  const definition = stepNamed(parameters.step);
  const path = ['steps', name];
  checkTaken(definition, takes, of, [...path, 'of']);
  const gives = told(path, () => definition.gives(parameters, takes));
  return { name, definition, parameters, of, takes, gives };
}

/** Whether a step takes values of these kinds. @throws DomainError INVALID_PIPELINE */
export function checkTaken(
  { name, takes: taken, several }: StepDefinition,
  kinds: readonly ValueKind[],
  of: readonly string[],
  path: readonly string[],
): void {
  if (!several && kinds.length > 1)
    throw invalidPipeline(
      path,
      `"${name}" takes one value, got ${kinds.length}; "concatenate" joins several`,
    );
  for (const [place, kind] of kinds.entries())
    if (!taken.includes(kind.kind))
      throw invalidPipeline(
        path,
        `"${name}" takes ${taken.join(' or ')}, but "${of[place] ?? ''}" is ${describeKind(kind)}`,
      );
}

/** What a definition says, with its fault told at the path. */
export function told<T>(path: readonly string[], ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof StepFault) throw invalidPipeline([...path, ...error.path], error.message);
    throw error;
  }
}

/** Steps, each after those it is made of; names that are unknown and cycles are faults. */
function order(
  instance: Readonly<Record<string, DeclaredField>>,
  steps: Readonly<Record<string, DeclaredStep>>,
  names: readonly string[],
  faults: PipelineFaults,
): readonly string[] {
  const done = new Map<string, 'open' | 'sound' | 'faulty'>();
  const ordered: string[] = [];
  const visit = (name: string, trail: readonly string[]): boolean => {
    if (Object.hasOwn(instance, name)) return true;
    const state = done.get(name);
    if (state === 'open')
      throw invalidPipeline(
        ['steps', name, 'of'],
        `a cycle: ${[...trail.slice(trail.indexOf(name)), name].map((one) => `"${one}"`).join(' is made of ')}`,
      );
    if (state !== undefined) return state === 'sound';
    const step = steps[name];
    if (step === undefined) return false;
    done.set(name, 'open');
    let sound = true;
    for (const source of sourcesOf(step)) {
      const known = Object.hasOwn(instance, source) || Object.hasOwn(steps, source);
      if (!known)
        faults.attempt(() => {
          throw invalidPipeline(['steps', name, 'of'], unknownSource(source, names));
        });
      const isSound = faults.attempt(() => known && visit(source, [...trail, name]));
      sound = sound && (isSound ?? false);
    }
    done.set(name, sound ? 'sound' : 'faulty');
    if (sound) ordered.push(name);
    return sound;
  };
  for (const name of Object.keys(steps)) visit(name, []);
  return ordered;
}
