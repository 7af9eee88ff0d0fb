import { AnswerCheck, type Verdict } from './answer-check.js';
import { HttpConnection, type Answer } from './http-connection.js';
import type { LoadOrder, LoadReport, Tally } from './load-messages.js';
import { mainThreadMs, processorMs } from './proc-files.js';
import { percentile } from './statistics.js';

const PROBLEMS = 5;
/** How many connections are opened at once; a listening socket's backlog is 511. */
const OPENED_AT_ONCE = 64;
const ALL = 'all';

interface Client {
  readonly connection: HttpConnection;
  /** Which exchanges it takes its next one from. */
  readonly exchanges: readonly number[];
  /** Of the request under way: its exchange, and since when the caller waits. */
  current: { readonly exchange: number; readonly since: number } | undefined;
}

/** Sends requests over many connections and looks at every answer. */
export class Load {
  readonly #checks: readonly AnswerCheck[];
  readonly #clients = new Set<Client>();
  readonly #idle: Client[] = [];
  /** Since when requests of a paced load wait for a free connection. */
  readonly #due: number[] = [];
  readonly #latencies: number[] = [];
  readonly #tallies = new Map<
    string,
    { -readonly [K in keyof Tally]: Tally[K] } & { refused: Record<string, number> }
  >();
  readonly #problems: string[] = [];
  #next = 0;
  #stopping = false;
  #allIdle: () => void = () => undefined;

  /** Which exchanges the connections take, in turn. */
  readonly #shares: readonly (readonly number[])[];

  constructor(private readonly order: LoadOrder) {
    const byLabel = new Map<string, number[]>();
    for (const [index, { label = ALL }] of order.exchanges.entries()) {
      const key = order.apart === true ? label : ALL;
      byLabel.set(key, [...(byLabel.get(key) ?? []), index]);
    }
    this.#shares = [...byLabel.values()];
    this.#checks = order.exchanges.map((exchange) => new AnswerCheck(exchange));
  }

  /** Resolves when every request has its answer. @param stop resolves when no more is to be sent. */
  async run(stop: Promise<void>, begun: () => void): Promise<LoadReport> {
    await this.#open();
    const { watched = [], ratePerSecond } = this.order;
    const before = watched.map(usage);
    const ownBefore = process.cpuUsage();
    const began = performance.now();
    const pace =
      ratePerSecond === undefined ? undefined : setInterval(() => this.#pace(began, ratePerSecond), 1);
    if (pace === undefined) for (const client of this.#idle.splice(0)) this.#send(client, performance.now());
    begun();
    await stop;
    const seconds = (performance.now() - began) / 1000;
    const own = process.cpuUsage(ownBefore);
    const after = watched.map(usage);
    const latencies = Float64Array.from(this.#latencies).sort();
    clearInterval(pace);
    await this.#finish();
    return {
      seconds,
      perSecond: latencies.length / seconds,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      maxMs: latencies.at(-1) ?? NaN,
      tallies: Object.fromEntries(this.#tallies),
      problems: this.#problems,
      cores: Object.fromEntries(
        watched.map((pid, index) => [
          pid,
          {
            process: busy(before[index]?.process, after[index]?.process, seconds),
            mainThread: busy(before[index]?.mainThread, after[index]?.mainThread, seconds),
          },
        ]),
      ),
      ownCores: (own.user + own.system) / 1e6 / seconds,
    };
  }

  async #open(): Promise<void> {
    const shares = Array.from(
      { length: this.order.connections },
      (_, index) => this.#shares[index % this.#shares.length] ?? [],
    );
    while (shares.length > 0)
      await Promise.all(shares.splice(0, OPENED_AT_ONCE).map((share) => this.#connect(share)));
  }

  async #connect(exchanges: readonly number[]): Promise<void> {
    const client: Client = {
      current: undefined,
      exchanges,
      connection: await HttpConnection.open(this.order.port, {
        answered: (answer) => this.#answered(client, answer),
        closed: () => void this.#closed(client),
      }),
    };
    this.#clients.add(client);
    this.#idle.push(client);
  }

  #pace(began: number, ratePerSecond: number): void {
    const due = Math.floor(((performance.now() - began) / 1000) * ratePerSecond);
    for (let sent = this.#next + this.#due.length; sent < due; sent += 1) this.#due.push(performance.now());
    for (let client = this.#idle.pop(); client; client = this.#idle.pop()) {
      const since = this.#due.shift();
      if (since === undefined) {
        this.#idle.push(client);
        return;
      }
      this.#send(client, since);
    }
  }

  #send(client: Client, since: number): void {
    const exchange = client.exchanges[this.#next % client.exchanges.length] ?? 0;
    this.#next += 1;
    client.current = { exchange, since };
    const request = this.order.exchanges[exchange]?.request;
    if (request) client.connection.send(request);
  }

  #answered(client: Client, answer: Answer): void {
    const { current } = client;
    if (!current) throw new Error('An answer came that nobody had asked for.');
    const now = performance.now();
    this.#count(current.exchange, this.#checks[current.exchange]?.verdict(answer), now - current.since);
    client.current = undefined;
    if (this.#stopping || this.order.ratePerSecond !== undefined) this.#rest(client);
    else this.#send(client, now);
  }

  #rest(client: Client): void {
    const since = this.#stopping ? undefined : this.#due.shift();
    if (since !== undefined) {
      this.#send(client, since);
      return;
    }
    this.#idle.push(client);
    if (this.#idle.length >= this.#clients.size) this.#allIdle();
  }

  async #closed(client: Client): Promise<void> {
    if (!this.#clients.delete(client)) return;
    if (client.current) this.#tallyOf(client.current.exchange).lost += 1;
    else this.#idle.splice(this.#idle.indexOf(client), 1);
    if (this.#stopping) {
      if (this.#idle.length >= this.#clients.size) this.#allIdle();
      return;
    }
    await this.#connect(client.exchanges);
    if (this.order.ratePerSecond !== undefined) return;
    const replacement = this.#idle.pop();
    if (replacement) this.#send(replacement, performance.now());
  }

  #count(exchange: number, verdict: Verdict | undefined, latencyMs: number): void {
    const tally = this.#tallyOf(exchange);
    if (verdict?.kind === 'right') {
      tally.right += 1;
      if (!this.#stopping) this.#latencies.push(latencyMs);
    } else if (verdict?.kind === 'refused') {
      tally.refused[verdict.code] = (tally.refused[verdict.code] ?? 0) + 1;
    } else {
      tally.wrong += 1;
      if (this.#problems.length < PROBLEMS)
        this.#problems.push(verdict?.problem ?? 'nothing to compare with');
    }
  }

  #tallyOf(exchange: number) {
    const label = this.order.exchanges[exchange]?.label ?? ALL;
    let tally = this.#tallies.get(label);
    if (!tally) this.#tallies.set(label, (tally = { right: 0, refused: {}, wrong: 0, lost: 0 }));
    return tally;
  }

  async #finish(): Promise<void> {
    this.#stopping = true;
    if (this.#idle.length < this.#clients.size)
      await new Promise<void>((resolve) => (this.#allIdle = resolve));
    const clients = [...this.#clients];
    this.#clients.clear();
    for (const { connection } of clients) connection.close();
  }
}

/** A process that has ended meanwhile counts nothing. */
function busy(beforeMs = 0, afterMs = 0, seconds: number): number {
  return Math.max(0, afterMs - beforeMs) / 1000 / seconds;
}

function usage(pid: number): { process: number; mainThread: number } {
  return { process: processorMs(pid), mainThread: mainThreadMs(pid) };
}
