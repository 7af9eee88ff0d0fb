import type { FastifyInstance } from 'fastify';
import {
  hasFewParts,
  heaviest,
  heaviestNumbers,
  JsonReader,
  scanJson,
  weightOf,
  beyondLimit,
  type ScannedJson,
} from '../../platform/json/index.js';
import { BodyMemory, type Reservation } from './body-memory.js';
import { BodyWatch, type BodyPace } from './body-watch.js';

declare module 'fastify' {
  interface FastifyInstance {
    requestBodies: RequestBodies;
  }
}

/** JSON up to this size is parsed without being counted: that takes a few milliseconds, whatever is in it. */
const UNCOUNTED_JSON_BYTES = 262_144;
/**
 * JSON up to this size is parsed at once, in some 20 ms when it is numbers. Another thread keeps no other request waiting, but takes
 * half as long again, since it reads the numbers into arrays that can be handed over.
 */
const LARGE_JSON_BYTES = 4_194_304;

export interface RequestBodiesOptions {
  readonly memoryBytes?: number | undefined;
  /** For tests, as all below. */
  readonly pace?: BodyPace;
  readonly largeJsonBytes?: number | undefined;
}

/** What all transports share to take in bodies: one bound on their memory, one watch over slow ones, and one thread for large JSON. */
export class RequestBodies {
  readonly memory: BodyMemory;
  readonly watch: BodyWatch;
  readonly json = new JsonReader();
  /** JSON that is larger is looked through by `scanLarge`. */
  readonly largeJsonBytes: number;

  constructor({ memoryBytes, pace, largeJsonBytes = LARGE_JSON_BYTES }: RequestBodiesOptions = {}) {
    this.largeJsonBytes = largeJsonBytes;
    this.memory = new BodyMemory(memoryBytes);
    this.watch = new BodyWatch(pace);
  }

  /**
   * Makes room for what JSON will become. Small JSON is counted only when there would be too little room for the worst.
   *
   * @param others bytes that are held beside the JSON
   * @throws DomainError OVERLOADED, INVALID_ARGUMENT
   */
  admitSmall(body: Uint8Array, reservation: Reservation, others = 0): void {
    if (body.length > UNCOUNTED_JSON_BYTES || !reservation.resize(others + heaviest(body.length)))
      this.admitCounted(body, reservation, others);
  }

  /**
   * Counts what is in large JSON whose numbers are few, at once.
   *
   * @param others bytes that are held beside the JSON
   * @throws DomainError OVERLOADED, INVALID_ARGUMENT
   */
  admitCounted(body: Uint8Array, reservation: Reservation, others: number): void {
    if (hasFewParts(body) && reservation.resize(others + heaviestNumbers(body.length))) return;
    const scan = scanJson(body);
    if (typeof scan === 'string') throw beyondLimit(scan);
    if (!reservation.resize(others + weightOf(scan.counts))) throw this.memory.refusal();
  }

  /**
   * Looks through large JSON, and makes room for what it will become.
   *
   * @param body given away
   * @throws DomainError OVERLOADED, INVALID_ARGUMENT, UNAVAILABLE
   */
  async scanLarge(
    body: Buffer,
    reservation: Reservation,
    options: { tolerant: boolean },
  ): Promise<ScannedJson> {
    const scanned = await this.json.scan(body, options);
    if (!reservation.resize(weightOf(scanned.counts))) throw this.memory.refusal();
    return scanned;
  }

  close(): Promise<void> {
    this.watch.close();
    return this.json.close();
  }
}

/** Those of a server, which ends them with itself. */
export function shareRequestBodies(app: FastifyInstance, bodies: RequestBodies): void {
  app.decorate('requestBodies', bodies);
  app.addHook('onClose', () => bodies.close());
}

export function requestBodiesOf(app: FastifyInstance): RequestBodies {
  if (!app.hasDecorator('requestBodies')) shareRequestBodies(app, new RequestBodies());
  return app.requestBodies;
}
