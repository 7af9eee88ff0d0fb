import { useMonaco } from '@graphiql/react';
import type { SchemaConfig } from 'monaco-graphql';
import { useEffect } from 'react';

type ScalarSchemas = NonNullable<SchemaConfig['customScalarSchemas']>;

const ANY_JSON: ScalarSchemas[string] = {
  type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
};

/** What the API's own scalars look like in JSON; without it the editor underlines every instance that is an object. */
const SCALAR_SCHEMAS: ScalarSchemas = {
  JSON: ANY_JSON,
  TensorData: ANY_JSON,
  BigInt: { type: ['integer', 'string'] },
};

/** Tells the variables editor about the API's scalars, whenever GraphiQL tells it about the schema. */
export function OwnScalars(): null {
  const monacoGraphQL = useMonaco((state) => state.monacoGraphQL);
  useEffect(() => {
    if (!monacoGraphQL) return;
    // GraphiQL hands its schema over without a way to add to it.
    const setSchemaConfig = monacoGraphQL.setSchemaConfig.bind(monacoGraphQL);
    monacoGraphQL.setSchemaConfig = (schemas) =>
      setSchemaConfig(schemas.map((schema) => ({ ...schema, customScalarSchemas: SCALAR_SCHEMAS })));
    const { schemas } = monacoGraphQL;
    if (schemas) monacoGraphQL.setSchemaConfig(schemas);
    return () => {
      monacoGraphQL.setSchemaConfig = setSchemaConfig;
    };
  }, [monacoGraphQL]);
  return null;
}
