/** One step of the schema's history, as it lies in prisma/migrations. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}
