import { GraphQLNonNull, GraphQLObjectType, type GraphQLFieldConfig, type GraphQLNamedType } from 'graphql';
import type { IdentifiedPrediction, PredictRequest } from '../../predictions/index.js';
import { DomainError } from '../../platform/errors.js';
import type { RequestContext } from '../context.js';
import { listOf, type BaseTypes, type Fields } from './base-types.js';
import { sentences, unitAndRange } from './descriptions.js';
import type { Door } from './door.js';
import { distinctNames } from './graphql-names.js';
import { instanceInput } from './instance-input.js';
import { elementOf, type ResultTypes } from './result-types.js';

/** A door as a part of the schema. */
export interface DoorField {
  readonly key: string;
  readonly name: string;
  readonly config: GraphQLFieldConfig<unknown, RequestContext>;
  /** Types that exist for it alone. */
  readonly types: readonly GraphQLNamedType[];
}

interface Parts {
  readonly base: BaseTypes;
  readonly results: ResultTypes;
}

type Options = Pick<PredictRequest, 'deadlineMs' | 'priority' | 'routingKey' | 'pin'>;

/** @param prefix of the names of its types */
export function doorField(door: Door, key: string, prefix: string, { base, results }: Parts): DoorField {
  const { deployment, description, departed } = door;
  const input = instanceInput(description.instance, prefix, base);
  const types: GraphQLNamedType[] = [...input.types];
  const prediction = new GraphQLObjectType({
    name: `${prefix}Prediction`,
    description: `The answer of \`${deployment.name}\` for one instance.`,
    fields: { ...resultFields(door, prefix, types, { base, results }), ...common(door, base) },
  });
  types.push(prediction);
  return {
    key,
    name: door.fieldName,
    types,
    config: {
      type: new GraphQLNonNull(listOf(prediction)),
      description: `Asks the deployment \`${deployment.name}\` of the model \`${deployment.modelName}\`: a prediction for each instance, in their order. A bad instance fails alone.`,
      args: {
        [input.argument]: { type: input.type, description: input.description },
        ...base.options,
      },
      ...(departed && { deprecationReason: gone(door).message }),
      resolve: (_, given: Readonly<Record<string, unknown>>, context) => {
        if (departed) throw gone(door);
        const { [input.argument]: instances, ...options } = given;
        return answer(door, input.read(instances as readonly unknown[]), options, context);
      },
    },
  };
}

/** The door's own versions, and no other: one that answers something else would be misread. */
async function answer(
  door: Door,
  instances: readonly unknown[],
  options: Options,
  { caller, predictions, departure }: RequestContext,
): Promise<object[]> {
  const among = { has: door.fits, refusal: () => changed(door) };
  const { name } = door.deployment;
  const request = { ...options, deployment: name, instances, among, signal: departure };
  const answered = await predictions.predict(caller, request);
  const { version, timing } = answered;
  if (!door.fits(version)) throw changed(door);
  return answered.predictions.map((prediction) => ({ ...prediction, version, timing }));
}

function common({ description }: Door, base: BaseTypes): Fields {
  const { depiction, ...others } = base.prediction;
  const draws = description.instance.fields.some(({ kind }) => kind === 'molecule');
  return { ...others, ...(depiction && draws && { depiction }) };
}

function resultFields(
  { description: { results: described } }: Door,
  prefix: string,
  types: GraphQLNamedType[],
  { base, results }: Parts,
): Fields {
  const names = distinctNames(
    described.map(({ name }) => name),
    base.predictionNames,
  );
  return Object.fromEntries(
    described.map((result, index) => {
      const name = names[index] ?? result.name;
      return [
        name,
        {
          type: results.typeOf(result, `${prefix}Prediction_${name}`, types),
          description: sentences(
            result.description ?? `The result \`${result.name}\``,
            unitAndRange(result),
            'Null when this instance could not be predicted.',
          ),
          resolve: (prediction: unknown) => {
            const answered = (prediction as IdentifiedPrediction).results[index];
            return answered && { ...answered, value: elementOf(answered.value, result.kind) };
          },
        },
      ];
    }),
  );
}

function gone({ deployment: { name }, departed, fieldName }: Door): DomainError {
  const { at, what } = departed ?? { at: new Date(0), what: 'is gone' };
  return new DomainError(
    'DEPLOYMENT_NOT_READY',
    `Deployment "${name}" ${what} at ${at.toISOString()}, so models.${fieldName} answers no longer. Bring it back with deployVersion, or read the schema again for what is there now.`,
    { field: [fieldName] },
  );
}

function changed({ deployment: { name }, fieldName }: Door): DomainError {
  return new DomainError(
    'VERSION_NOT_SERVED',
    `Deployment "${name}" takes or answers something else since a moment ago than models.${fieldName} did in the schema that this request was read by. Read the schema again (Query.schemaVersion) and ask by that.`,
    { field: [fieldName] },
  );
}
