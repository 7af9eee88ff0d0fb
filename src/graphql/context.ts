import { setMaxListeners } from 'node:events';
import type { Evaluations, EvaluationSchedules } from '../batch/index.js';
import type { CatalogService } from '../catalog/index.js';
import type { ExplainService, ExplanationPictures } from '../explain/index.js';
import type { TransferService } from '../transfer/index.js';
import type { DeploymentService } from '../deployments/index.js';
import { callerDisconnected, type Departure } from '../platform/disconnection.js';
import type { InferenceService } from '../inference/index.js';
import type {
  DriftService,
  MetricsService,
  OutcomeService,
  PredictionLog,
  ReferenceService,
} from '../monitoring/index.js';
import type { RecordedRequests } from '../recording/index.js';
import type { PipelinePreviews, PredictionService } from '../predictions/index.js';
import type { ReportService } from '../reliability/index.js';
import type { MoleculeDepictions } from '../pipelines/index.js';
import type { VersionComparer } from '../comparison/index.js';
import type { JobService } from '../jobs/index.js';
import type { AlertService } from '../monitoring/index.js';
import type { EventLog } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { requestedOrigin, type Addressed, type Caller } from '../security/index.js';
import { createLoaders, type Loaders } from './loaders.js';
import { PictureAllowance } from './picture-allowance.js';

/** What is asked of the fields that deployments have: they ask in a context themselves. */
export interface SchemaNames {
  schemaVersion(): Promise<number>;
  /** Null for a deployment that has no field. */
  fieldOf(deploymentId: string): Promise<string | null>;
}

export interface GraphqlServices {
  readonly catalog: CatalogService;
  readonly transfer: TransferService;
  readonly deployments: DeploymentService;
  readonly inference: InferenceService;
  readonly recordedRequests: RecordedRequests;
  readonly predictions: PredictionService;
  readonly pipelinePreviews: PipelinePreviews;
  readonly depictions: MoleculeDepictions;
  readonly explain: ExplainService;
  readonly explanationPictures: ExplanationPictures;
  readonly reports: ReportService;
  readonly comparer: VersionComparer;
  readonly jobs: JobService;
  readonly evaluations: Evaluations;
  readonly schedules: EvaluationSchedules;
  readonly alerts: AlertService;
  /** Null where the server does not measure. */
  readonly metrics: MetricsService | null;
  readonly drift: DriftService;
  readonly references: ReferenceService;
  readonly predictionLog: PredictionLog;
  readonly outcomes: OutcomeService;
  readonly events: EventLog;
  readonly typedDoors: SchemaNames;
  readonly logger: Logger;
}

/** What every resolver of one operation is given. */
export interface RequestContext extends Omit<GraphqlServices, 'logger'> {
  readonly caller: Caller;
  readonly startedAt: number;
  /** Aborts when the caller has gone. */
  readonly departure: Departure;
  /** The same as a signal, for what needs one. */
  readonly signal: AbortSignal;
  /** The server's origin as the caller addressed it, such as `https://retort.example.org`. */
  readonly origin: string;
  /** Where a stream of events was left, when its protocol tells that beside the operation; null else. */
  readonly lastEventId: string | null;
  readonly loaders: Loaders;
  /** Counts the pictures of the whole operation. */
  readonly pictures: PictureAllowance;
  /** Once the operation is known: what may change while it runs must not be remembered. */
  prepareFor(operation: 'query' | 'mutation' | 'subscription'): void;
  /** The same for what is computed for several callers: it does not end when this one leaves. */
  detached(): RequestContext;
}

export function createContext(
  services: GraphqlServices,
  caller: Caller,
  departure: Departure,
  addressed: Addressed,
  lastEventId: string | null = null,
): RequestContext {
  return new OperationContext(services, caller, departure, addressed, lastEventId);
}

/** Of callers who do not leave. */
const NEVER = new AbortController().signal;

/**
 * Makes the loaders and the signal when a resolver first asks for them: most operations need neither, and both cost more
 * than the rest of a small request. Apollo copies a context's own properties, so none may be private to the language.
 */
class OperationContext implements RequestContext {
  readonly startedAt = performance.now();
  private remember = true;
  private madeLoaders: Loaders | null = null;
  private madeSignal: AbortSignal | null = null;
  private madePictures: PictureAllowance | null = null;

  constructor(
    private readonly services: GraphqlServices,
    readonly caller: Caller,
    readonly departure: Departure,
    private readonly addressed: Addressed,
    readonly lastEventId: string | null,
  ) {}

  get catalog(): CatalogService {
    return this.services.catalog;
  }
  get transfer(): TransferService {
    return this.services.transfer;
  }
  get deployments(): DeploymentService {
    return this.services.deployments;
  }
  get inference(): InferenceService {
    return this.services.inference;
  }
  get recordedRequests(): RecordedRequests {
    return this.services.recordedRequests;
  }
  get predictions(): PredictionService {
    return this.services.predictions;
  }
  get pipelinePreviews(): PipelinePreviews {
    return this.services.pipelinePreviews;
  }
  get explain(): ExplainService {
    return this.services.explain;
  }
  get explanationPictures(): ExplanationPictures {
    return this.services.explanationPictures;
  }
  get depictions(): MoleculeDepictions {
    return this.services.depictions;
  }
  get comparer(): VersionComparer {
    return this.services.comparer;
  }
  get jobs(): JobService {
    return this.services.jobs;
  }
  get schedules(): EvaluationSchedules {
    return this.services.schedules;
  }
  get evaluations(): Evaluations {
    return this.services.evaluations;
  }
  get alerts(): AlertService {
    return this.services.alerts;
  }
  get metrics(): MetricsService | null {
    return this.services.metrics;
  }
  get reports(): ReportService {
    return this.services.reports;
  }
  get drift(): DriftService {
    return this.services.drift;
  }
  get references(): ReferenceService {
    return this.services.references;
  }
  get predictionLog(): PredictionLog {
    return this.services.predictionLog;
  }
  get outcomes(): OutcomeService {
    return this.services.outcomes;
  }
  get typedDoors(): SchemaNames {
    return this.services.typedDoors;
  }
  get events(): EventLog {
    return this.services.events;
  }

  get origin(): string {
    return requestedOrigin(this.addressed);
  }

  get signal(): AbortSignal {
    this.madeSignal ??= this.departure instanceof AbortSignal ? this.departure : signalOf(this.departure);
    return this.madeSignal;
  }

  get loaders(): Loaders {
    this.madeLoaders ??= createLoaders(this.services, { cache: this.remember });
    return this.madeLoaders;
  }

  get pictures(): PictureAllowance {
    this.madePictures ??= new PictureAllowance();
    return this.madePictures;
  }

  detached(): RequestContext {
    const { services, caller, addressed } = this;
    const detached = new OperationContext(services, caller, NEVER, addressed, null);
    detached.prepareFor('subscription');
    return detached;
  }

  prepareFor(operation: 'query' | 'mutation' | 'subscription'): void {
    this.remember = operation === 'query';
    this.madeLoaders = null;
  }
}

function signalOf(departure: Departure): AbortSignal {
  const controller = new AbortController();
  // A request may have a hundred pictures drawn at once, each of which listens.
  setMaxListeners(0, controller.signal);
  const leave = () => controller.abort(callerDisconnected());
  if (departure.aborted) leave();
  else departure.addEventListener('abort', leave);
  return controller.signal;
}
