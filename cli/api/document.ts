/** A GraphQL operation with the types of its variables and its answer. Made by scripts/codegen-cli.mjs. */
export class GraphqlDocument<Data, Variables> {
  /** Only for the compiler: ties the types to the text. */
  declare readonly types: (variables: Variables) => Data;

  constructor(readonly text: string) {}
}
