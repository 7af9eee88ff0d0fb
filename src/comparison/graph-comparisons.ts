import type { ArtifactStore } from '../artifacts/index.js';
import { DamagedGraph, type GraphDifference, type GraphDifferencer } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';
import type { RuntimeGraphs } from '../runtime/index.js';
import { untilAborted } from '../platform/until-aborted.js';

/** Comparisons kept: a page that shows one is often looked at again. One holds at most some hundred kilobytes. */
const REMEMBERED = 64;

interface Running {
  readonly difference: Promise<GraphDifference>;
  readonly controller: AbortController;
  /** Callers who still wait for it; the last to leave ends it. */
  waiting: number;
}

/** Differences of stored graphs. Artifacts never change, so a pair is compared once, however many ask at a time. */
export class GraphComparisons {
  private readonly known = new Map<string, GraphDifference>();
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly artifacts: Pick<ArtifactStore, 'damaged'>,
    private readonly graphs: Pick<RuntimeGraphs, 'stored'>,
    private readonly differencer: GraphDifferencer,
  ) {}

  /**
   * @param base digest of an artifact, as `target`
   * @throws DomainError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, what GraphDifferencer.compare throws; the signal's reason
   */
  async compare(base: string, target: string, signal: AbortSignal): Promise<GraphDifference> {
    const pair = `${base} ${target}`;
    const known = this.known.get(pair);
    if (known) {
      this.remember(pair, known);
      return known;
    }
    const running = this.running.get(pair) ?? this.start(pair, base, target);
    running.waiting += 1;
    try {
      return await untilAborted(running.difference, signal);
    } finally {
      running.waiting -= 1;
      if (running.waiting === 0) {
        // Callers from now on begin anew rather than join the comparison that is being ended.
        if (this.running.get(pair) === running) this.running.delete(pair);
        running.controller.abort(new DomainError('UNAVAILABLE', 'Nobody waits for this comparison any more'));
      }
    }
  }

  private start(pair: string, base: string, target: string): Running {
    const controller = new AbortController();
    const difference = this.read(base, target, controller.signal).then((found) => {
      this.remember(pair, found);
      return found;
    });
    const running = { difference, controller, waiting: 0 };
    this.running.set(pair, running);
    difference
      .catch(() => undefined)
      .finally(() => {
        if (this.running.get(pair) === running) this.running.delete(pair);
      });
    return running;
  }

  private async read(base: string, target: string, signal: AbortSignal): Promise<GraphDifference> {
    const graphs = [
      await this.graphs.stored(base, signal),
      await this.graphs.stored(target, signal),
    ] as const;
    try {
      return await this.differencer.compare(...graphs, signal);
    } catch (error) {
      throw error instanceof DamagedGraph ? await this.artifacts.damaged(error.digest, error.actual) : error;
    }
  }

  private remember(pair: string, difference: GraphDifference): void {
    this.known.delete(pair);
    this.known.set(pair, difference);
    const [oldest] = this.known.keys();
    if (this.known.size > REMEMBERED && oldest !== undefined) this.known.delete(oldest);
  }
}
