/** What the resolver types are made of: scalars, and the domain records behind each GraphQL type. */
export default {
  useTypeImports: true,
  enumsAsTypes: true,
  avoidOptionals: { field: true, inputValue: false, object: true },
  inputMaybeValue: 'T | null | undefined',
  defaultScalarType: 'unknown',
  scalars: {
    DateTime: { input: 'Date', output: 'Date' },
    JSON: 'unknown',
    TensorData: 'unknown',
    BigInt: { input: 'bigint', output: 'bigint' },
  },
  contextType: '../context.js#RequestContext',
  mappers: {},
};
