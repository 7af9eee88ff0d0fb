import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { BaseTypes } from './base-types.js';
import { keyOf, type Door } from './door.js';
import { doorField, type DoorField } from './door-field.js';
import { typePrefix } from './graphql-names.js';
import { ResultTypes } from './result-types.js';

const HOLDER = 'TypedModels';

/** The doors of a schema, by the names of their fields. */
export type DoorFields = ReadonlyMap<string, DoorField>;

/** Makes schemas of a base and of doors; what does not change from one to the next is the same object in both. */
export class TypedSchema {
  private readonly parts: { readonly base: BaseTypes; readonly results: ResultTypes };

  constructor(private readonly schema: GraphQLSchema) {
    const base = new BaseTypes(schema);
    this.parts = { base, results: new ResultTypes(base) };
  }

  /**
   * A field for each door. Types are named after it, and numbered where another has the name: those of earlier doors, and
   * of the base, keep theirs.
   *
   * @param doors those that came first first
   * @param before fields made for the last schema, used again where nothing changed
   */
  *fields(doors: Iterable<Door>, before: DoorFields): Generator<void, DoorFields, void> {
    const taken = new Set(Object.keys(this.schema.getTypeMap()));
    const fields = new Map<string, DoorField>();
    for (const door of doors) {
      const field = this.field(door, before.get(door.fieldName), taken);
      for (const { name } of field.types) taken.add(name);
      fields.set(field.name, field);
      yield;
    }
    return fields;
  }

  /** The base with the fields. Not validated again: the base is, and what is added is made here. */
  withFields(fields: DoorFields): GraphQLSchema {
    const { schema } = this;
    const mutation = schema.getMutationType();
    const holder = schema.getType(HOLDER);
    if (!mutation || !(holder instanceof GraphQLObjectType))
      throw new Error(`Expected the schema to have mutations and ${HOLDER}`);
    const own = holder.toConfig();
    const models = new GraphQLObjectType({
      ...own,
      fields: {
        ...own.fields,
        ...Object.fromEntries([...fields.values()].map(({ name, config }) => [name, config])),
      },
    });
    const changes = mutation.toConfig();
    const root = new GraphQLObjectType({
      ...changes,
      fields: Object.fromEntries(
        Object.entries(changes.fields).map(([name, field]) => [
          name,
          name === 'models' ? { ...field, type: new GraphQLNonNull(models) } : field,
        ]),
      ),
    });
    const config = schema.toConfig();
    return new GraphQLSchema({
      ...config,
      mutation: root,
      types: config.types.filter((type) => type !== mutation && type !== holder),
      assumeValid: true,
    });
  }

  private field(door: Door, before: DoorField | undefined, taken: ReadonlySet<string>): DoorField {
    const isFree = ({ types }: DoorField) => types.every(({ name }) => !taken.has(name));
    const key = keyOf(door);
    if (before?.key === key && isFree(before)) return before;
    const prefix = typePrefix(door.fieldName);
    for (let number = 1; ; number += 1) {
      const field = doorField(door, key, number === 1 ? prefix : `${prefix}_${number}`, this.parts);
      if (isFree(field)) return field;
    }
  }
}

/** Names of fields and types that are gone, or other than they were. */
export function changedNames(before: DoorFields, after: DoorFields): Set<string> {
  const changed = new Set<string>();
  for (const [name, field] of before) {
    if (after.get(name) === field) continue;
    changed.add(name);
    for (const type of field.types) changed.add(type.name);
  }
  return changed;
}
