import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { EventLog, NewEvent } from '../../platform/events/index.js';
import { inTurns } from '../../platform/in-turns.js';
import type { Logger } from '../../platform/logging.js';
import type { LiveSchema } from '../live-schema.js';
import type { DoorDirectory } from './door-directory.js';
import type { SchemaNumber } from './schema-number.js';
import { changedNames, type DoorFields, type TypedSchema } from './typed-schema.js';

/** Several changes that come together make one schema. */
const TOGETHER_MS = 20;
/** No document waits longer for a schema than this. */
const PATIENCE_MS = 2_000;
const AGAIN_MS = 1_000;
/** How often it is looked whether what went away has been told long enough. */
const TIDY_MS = 300_000;

/** Kinds of events by which deployments serve something else. */
const CHANGES = /^(?:DEPLOYMENT_(?:STATE_CHANGED|ROLLED_BACK)|MIGRATION_|TRAFFIC_CHANGED)/;
const CHANGES_ALL = /^MODEL_(?:DELETED|IMPORTED)$/;

/**
 * Keeps the schema in step with the deployments: hears of what changes, reads that, and puts another schema in the place of
 * the current one. What takes long gives others their turns; requests go on by the schema there is.
 */
export class TypedDoors {
  private fields: DoorFields = new Map();
  private readonly fieldNames = new Map<string, string>();
  private readonly names = new Set<string>();
  private all = true;
  private next: Promise<void> | null = null;
  private running: Promise<void> = Promise.resolve();
  private again: NodeJS.Timeout | null = null;
  private tidying: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(
    private readonly parts: {
      readonly live: LiveSchema;
      readonly typed: TypedSchema;
      readonly directory: DoorDirectory;
      readonly number: SchemaNumber;
      readonly events: Pick<EventLog, 'onCommitted' | 'onMissed'>;
      readonly logger: Logger;
    },
  ) {}

  /** From now on the schema follows what is deployed. */
  follow(): void {
    const { events } = this.parts;
    events.onCommitted((event) => this.hear(event));
    events.onMissed(() => this.touch(null));
    this.tidying = setInterval(() => this.touch(''), TIDY_MS).unref();
    this.touch(null);
  }

  /** Of the schema that is current once what has happened by now has been taken up. */
  async schemaVersion(): Promise<number> {
    await this.parts.live.pending;
    return this.parts.number.current;
  }

  /** The field of a deployment; null while it has none. */
  async fieldOf(deploymentId: string): Promise<string | null> {
    await this.parts.live.pending;
    return this.fieldNames.get(deploymentId) ?? null;
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.again) clearTimeout(this.again);
    if (this.tidying) clearInterval(this.tidying);
    await this.next;
    await this.running;
  }

  private hear({ kind, deployment }: NewEvent): void {
    if (CHANGES_ALL.test(kind)) this.touch(null);
    else if (deployment && CHANGES.test(kind)) this.touch(deployment.name);
  }

  /** @param name of a deployment; null: any may have changed */
  private touch(name: string | null): void {
    if (this.closed) return;
    if (name === null) this.all = true;
    else this.names.add(name);
    if (this.next) return;
    const { live } = this.parts;
    const cycle = this.running
      .then(() => delay(TOGETHER_MS))
      .then(() => {
        this.next = null;
        this.running = this.takeUp();
        return this.running;
      });
    this.next = cycle;
    const waited = Promise.race([cycle, delay(PATIENCE_MS, undefined, { ref: false })]);
    live.expect(waited);
    void cycle.then(() => live.pending === waited && live.expect(null));
  }

  /** Never rejects: what could not be read is read again. */
  private async takeUp(): Promise<void> {
    const { all } = this;
    const names = new Set(this.names);
    this.all = false;
    this.names.clear();
    try {
      await this.rebuild(all ? null : names);
    } catch (error) {
      if (this.closed) return;
      this.parts.logger.warn({ err: error }, 'the schema could not follow the deployments; it will again');
      this.all ||= all;
      for (const name of names) this.names.add(name);
      this.again = setTimeout(() => this.touch(''), AGAIN_MS).unref();
    }
  }

  private async rebuild(names: ReadonlySet<string> | null): Promise<void> {
    if (this.closed) return;
    const { live, typed, directory, number } = this.parts;
    if (names === null) await number.recall();
    await directory.read(names && new Set([...names].filter((name) => name !== '')));
    const doors = directory.doors(Date.now());
    const { fields: before } = this;
    const made: { fields: DoorFields } = { fields: before };
    await inTurns(
      (function* () {
        made.fields = yield* typed.fields(doors, before);
      })(),
    );
    const { fields } = made;
    this.fieldNames.clear();
    for (const { deployment, fieldName, departed } of doors)
      if (departed === null) this.fieldNames.set(deployment.id, fieldName);
    const changed = changedNames(before, fields);
    if (changed.size > 0 || fields.size > before.size) {
      const schema = typed.withFields(fields);
      await nextTurn();
      live.replace(schema, changed);
      this.fields = fields;
    }
    number.became(fields, before);
  }
}
