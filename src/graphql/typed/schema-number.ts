import { createHash } from 'node:crypto';
import type { EventLog } from '../../platform/events/index.js';
import type { DoorFields } from './typed-schema.js';

const MOST_TOLD = 100;

/** Numbers the schemas, so that each other one has another number: what was last is found in the event log. */
export class SchemaNumber {
  private last: { readonly number: number; readonly digest: string } | null = null;

  constructor(
    private readonly events: Pick<EventLog, 'page' | 'record'>,
    /** Of what is not made from deployments. */
    private readonly base: string,
  ) {}

  get current(): number {
    return this.last?.number ?? 1;
  }

  /** After a start, or when another process may have changed the schema. */
  async recall(): Promise<void> {
    const [event] = await this.events.page({ filter: { kinds: ['SCHEMA_CHANGED'] }, take: 1, fromEnd: true });
    const { schemaVersion, digest } = event?.data ?? {};
    this.last =
      typeof schemaVersion === 'number' && typeof digest === 'string'
        ? { number: schemaVersion, digest }
        : { number: 1, digest: this.digestOf(new Map()) };
  }

  /** Takes the next number for a schema that is not as the last one was, and tells everybody. */
  became(fields: DoorFields, before: DoorFields): void {
    const digest = this.digestOf(fields);
    if (digest === this.last?.digest) return;
    const number = this.current + 1;
    this.last = { number, digest };
    const names = [...fields.keys()];
    const added = names.filter((name) => !before.has(name));
    const removed = [...before.keys()].filter((name) => !fields.has(name));
    const changed = names.filter((name) => before.has(name) && before.get(name) !== fields.get(name));
    this.events.record({
      kind: 'SCHEMA_CHANGED',
      message: `The schema is number ${number} now: ${told({ added, changed, removed })}`,
      actor: 'retort',
      data: {
        schemaVersion: number,
        digest,
        added: added.slice(0, MOST_TOLD),
        changed: changed.slice(0, MOST_TOLD),
        removed: removed.slice(0, MOST_TOLD),
      },
    });
  }

  private digestOf(fields: DoorFields): string {
    const hash = createHash('sha256').update(this.base);
    for (const name of [...fields.keys()].sort())
      hash.update(`\n${name} `).update(fields.get(name)?.key ?? '');
    return hash.digest('hex');
  }
}

function told(changes: Readonly<Record<string, readonly string[]>>): string {
  const parts = Object.entries(changes).flatMap(([what, names]) => {
    const shown = names.slice(0, 5).map((name) => `models.${name}`);
    const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
    return names.length === 0 ? [] : [`${shown.join(', ')}${more} ${what}`];
  });
  return parts.join('; ') || 'the server answers otherwise than before';
}
