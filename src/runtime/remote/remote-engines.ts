import { DomainError } from '../../platform/errors.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import { RemoteHosts } from '../../platform/remote-hosts.js';
import type { SecretsFile } from '../../platform/secrets-file.js';
import type { Signature, Tensor } from '../../tensors/index.js';
import type { LoadedModel } from '../loaded-model.js';
import type { LoadOptions } from '../sessions/load-options.js';
import { EngineClient } from './engine-client.js';
import { OtherModel, RemoteUnavailable, unusable } from './remote-failures.js';
import { RemoteModel } from './remote-model.js';
import { remoteText, type RemoteTarget } from './remote-target.js';

export interface RemoteLoadOptions extends Pick<LoadOptions, 'onRunnerLost'> {
  /** What the engine has to serve. */
  readonly signature: Signature;
  /** Runs that it works on at once. */
  readonly replicas: number;
  readonly maxRunMs: number;
  /** Of optional inputs. */
  readonly defaults: readonly Tensor[];
  /** It was found well before: whatever is in its way now may pass. */
  readonly hasServed: boolean;
}

/** Servers that run models for this one: which may be named, what is behind them, and their models as runtimes. */
export class RemoteEngines {
  private readonly models = new Set<LoadedModel>();
  private readonly opening = new Set<Promise<unknown>>();
  private readonly hosts: RemoteHosts;
  private closing = false;

  constructor(
    private readonly deps: {
      /** As in RETORT_REMOTE_HOSTS. */
      readonly hosts: readonly string[];
      readonly secrets: Pick<SecretsFile, 'find'>;
      /** Trusted besides the system's own certificates. */
      readonly ca?: string | undefined;
    },
  ) {
    this.hosts = new RemoteHosts(deps.hosts);
  }

  /** Whether it may be named at all; nothing is connected to. @throws DomainError INVALID_ARGUMENT */
  async check(target: RemoteTarget, field: readonly string[]): Promise<void> {
    this.hosts.check(new URL(target.url), [...field, 'url']);
    await this.secretOf(target, [...field, 'credentials']);
  }

  /**
   * What the engine says that the model takes and gives.
   * @throws DomainError INVALID_ARGUMENT, REMOTE_UNUSABLE, UNAVAILABLE
   */
  async signatureOf(target: RemoteTarget, field: readonly string[]): Promise<Signature> {
    await this.check(target, field);
    const client = await this.client(target, [...field, 'credentials']);
    try {
      const { signature } = await client.describe(null);
      if (signature !== null) return signature;
      throw unusable(
        `The remote engine does not say which tensors the model ${remoteText(target)} takes and gives. Declare its inputs and outputs there, or publish its file and deploy that with runtime: {remote: …}.`,
      );
    } finally {
      await client.close();
    }
  }

  /**
   * The model as a runtime, once it is there, ready and the one it has to be.
   * @throws DomainError REMOTE_UNUSABLE, UNAVAILABLE
   */
  async load(target: RemoteTarget, options: RemoteLoadOptions): Promise<LoadedModel> {
    if (this.closing) throw new WorkerUnavailable('The server is stopping and loads no more models');
    const opening = this.open(target, options);
    this.opening.add(opening);
    try {
      return await opening;
    } catch (error) {
      throw options.hasServed && mayPass(error)
        ? new RemoteUnavailable(error.message, { cause: error })
        : error;
    } finally {
      this.opening.delete(opening);
    }
  }

  /** Lets loads and runs under way finish, and closes every connection. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.allSettled(this.opening);
    await Promise.all([...this.models].map((model) => model.release()));
  }

  private async open(target: RemoteTarget, options: RemoteLoadOptions): Promise<LoadedModel> {
    const field = ['runtime', 'remote'];
    await this.check(target, field);
    const client = await this.client(target, [...field, 'credentials']);
    try {
      const begun = performance.now();
      const { generation } = client;
      const description = await client.describe(options.signature);
      const found = { description, generation, loadMs: performance.now() - begun };
      const model: RemoteModel = new RemoteModel(client, found, {
        ...options,
        what: remoteText(target),
        onReleased: () => this.models.delete(model),
      });
      this.models.add(model);
      return model;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  private async client(target: RemoteTarget, field: readonly string[]): Promise<EngineClient> {
    const { ca } = this.deps;
    const secret = await this.secretOf(target, field);
    return new EngineClient(target, { mayConnect: this.hosts.mayConnect(new URL(target.url)), secret, ca });
  }

  private async secretOf({ credentials }: RemoteTarget, field: readonly string[]): Promise<string | null> {
    if (credentials === null) return null;
    if (!this.hosts.mayHaveCredentials)
      throw invalid(
        'credentials are sent only to hosts that the operator names: have RETORT_REMOTE_HOSTS set',
        field,
      );
    const secret = await this.deps.secrets.find(credentials).catch((error: unknown) => {
      throw new RemoteUnavailable(
        `The secrets cannot be read: ${error instanceof Error ? error.message : ''}`,
        {
          cause: error,
        },
      );
    });
    if (secret === null)
      throw invalid(
        `the operator's file of secrets (RETORT_SECRETS_FILE) has none of the name ${JSON.stringify(credentials)}`,
        field,
      );
    if (!/^[\t\x20-\x7e]+$/.test(secret))
      throw invalid(
        `the secret ${JSON.stringify(credentials)} has characters that a header cannot carry`,
        field,
      );
    return secret;
  }
}

/** Certificates are renewed, models loaded again, secrets put right; other tensors stay others. */
function mayPass(error: unknown): error is DomainError {
  if (!(error instanceof DomainError) || error instanceof OtherModel) return false;
  return error.code === 'INVALID_ARGUMENT' || error.code === 'REMOTE_UNUSABLE';
}

function invalid(problem: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', `${field.join('.')}: ${problem}.`, { field });
}
