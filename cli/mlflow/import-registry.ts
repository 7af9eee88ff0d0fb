import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ImportedModel,
  PublishVersion,
  RegisterModel,
  SetAlias,
  type DomainValues,
} from '../__generated__/operations.js';
import { accepted } from '../api/api.js';
import { readPages } from '../api/pages.js';
import type { Session } from '../command.js';
import { Failure } from '../failure.js';
import { conversionValues, convertAndPublish, type ConversionAsked } from '../push/conversion.js';
import { needsConversion } from '../push/model-file.js';
import { orForget } from '../push/registration.js';
import { storeFile } from '../push/store-file.js';
import { isFolder } from '../files.js';
import { publishable, type Publishable } from './model-file.js';
import type { ModelVersion, RegisteredModel, Registry } from './registry.js';
import { publicationOf, retortName, stageAlias, uriOf } from './statements.js';

export interface ImportOptions {
  readonly domain: (typeof DomainValues)[number];
  readonly dryRun: boolean;
  readonly trustPickle: boolean;
  readonly reason: string | undefined;
}

export type Action = 'PUBLISHED' | 'WOULD_PUBLISH' | 'KNOWN' | 'REFUSED';

export interface ImportedVersion {
  /** MLflow's number. */
  readonly version: string;
  readonly ref: string | null;
  readonly action: Action;
  /** Of what was, or would be, published. */
  readonly flavor: string | null;
  /** Why it was refused. */
  readonly reason: string | null;
}

export interface ImportedModelReport {
  readonly mlflow: string;
  readonly model: string;
  readonly registered: boolean;
  readonly versions: readonly ImportedVersion[];
  readonly aliases: readonly { readonly name: string; readonly ref: string; readonly moved: boolean }[];
}

type Model = Extract<Publishable, { kind: 'model' }>;

/** Brings one model of a registry here, version by version. What is here already, by MLflow's own name of it, is left. */
export class RegistryImport {
  constructor(
    private readonly registry: Registry,
    private readonly session: Session,
    private readonly options: ImportOptions,
  ) {}

  async bring(model: RegisteredModel): Promise<ImportedModelReport> {
    const name = retortName(model.name);
    const before = await this.here(name);
    const refs = before.refs;
    let isHere = before.exists;
    const versions: ImportedVersion[] = [];
    const found = await this.registry.versions(model.name);
    for (const version of found) {
      const known = refs.get(uriOf(model.name, version.version));
      if (known !== undefined) {
        versions.push({ version: version.version, ref: known, action: 'KNOWN', flavor: null, reason: null });
        continue;
      }
      const outcome = await this.version(model, name, version, isHere);
      versions.push(outcome);
      if (outcome.action !== 'PUBLISHED' || outcome.ref === null) continue;
      isHere = true;
      refs.set(uriOf(model.name, version.version), outcome.ref);
    }
    const wanted = { ...stages(found), ...model.aliases };
    const aliases = this.options.dryRun
      ? []
      : await this.point(name, model.name, wanted, refs, before.aliases);
    return { mlflow: model.name, model: name, registered: !before.exists && isHere, versions, aliases };
  }

  private async version(
    model: RegisteredModel,
    name: string,
    version: ModelVersion,
    isHere: boolean,
  ): Promise<ImportedVersion> {
    const folder = await mkdtemp(join(tmpdir(), 'retort-mlflow-'));
    const outcome = (action: Action, more: Partial<ImportedVersion> = {}): ImportedVersion => ({
      version: version.version,
      ref: null,
      action,
      flavor: null,
      reason: null,
      ...more,
    });
    try {
      if (!version.isReady) return outcome('REFUSED', { reason: 'MLflow has not finished registering it' });
      const files = await this.registry.files(model.name, version.version, join(folder, 'files'));
      const what = await publishable(files);
      if (what.kind === 'refused') return outcome('REFUSED', { reason: what.reason });
      const { flavor } = what;
      if (flavor === 'sklearn' && !this.options.trustPickle)
        return outcome('REFUSED', {
          flavor,
          reason: 'it is a pickle, which is a program: say --trust-pickle',
        });
      if (this.options.dryRun) return outcome('WOULD_PUBLISH', { flavor });
      const publish = () => this.publish(model, name, version, what);
      const ref = isHere ? await publish() : await this.registerThen(model, name, publish);
      return outcome('PUBLISHED', { ref, flavor });
    } catch (error) {
      if (!(error instanceof Failure) || this.session.signal.aborted) throw error;
      if (['UNREACHABLE', 'UNAUTHENTICATED'].includes(error.code)) throw error;
      return outcome('REFUSED', { reason: error.message });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async registerThen<T>(model: RegisteredModel, name: string, publish: () => Promise<T>): Promise<T> {
    const { api } = this.session;
    const tags = Object.entries(model.tags).filter(([key]) => !key.startsWith('mlflow.'));
    const input = {
      name,
      title: model.name,
      domain: this.options.domain,
      labels: tags.map(([key, value]) => (value === '' ? key : `${key}=${value}`).slice(0, 100)),
      card: model.description,
      reason: this.options.reason,
    };
    accepted((await api.ask(RegisterModel, { input })).registerModel, 'model');
    return orForget(api, name, publish);
  }

  private async publish(
    model: RegisteredModel,
    name: string,
    version: ModelVersion,
    what: Model,
  ): Promise<string> {
    const { session, options } = this;
    const said = {
      model: name,
      ...publicationOf(this.registry.address, model, version, what),
      reason: options.reason,
    };
    if (!(await needsConversion(what.path))) {
      const { digest } = await storeFile(what.path, session);
      const input = { ...said, artifact: { digest } };
      return accepted((await session.api.ask(PublishVersion, { input })).publishVersion, 'version').ref;
    }
    const { digest } = await storeFile(what.path, session, { alone: !(await isFolder(what.path)) });
    const asked = await conversionValues({ ...NOTHING_SAID, trustPickle: options.trustPickle }, session);
    // The converter's own environment is what the graph was made with.
    const input = { ...said, environment: undefined };
    return (await convertAndPublish(session, { ...input, artifact: { digest }, ...asked })).ref;
  }

  /** Points aliases to where MLflow's point. */
  private async point(
    name: string,
    mlflow: string,
    wanted: Readonly<Record<string, string>>,
    refs: ReadonlyMap<string, string>,
    now: ReadonlyMap<string, string>,
  ): Promise<ImportedModelReport['aliases']> {
    const { api } = this.session;
    const pointed: { name: string; ref: string; moved: boolean }[] = [];
    for (const [alias, version] of Object.entries(wanted)) {
      const ref = refs.get(uriOf(mlflow, version));
      if (ref === undefined) continue;
      const moved = now.get(alias) !== ref;
      if (moved) {
        const input = { model: name, alias, version: ref, reason: this.options.reason ?? 'as in MLflow' };
        accepted((await api.ask(SetAlias, { input })).setAlias, 'alias');
      }
      pointed.push({ name: alias, ref, moved });
    }
    return pointed;
  }

  /** What there is of the model already: versions by their MLflow names, aliases by theirs. */
  private async here(model: string) {
    const { api } = this.session;
    const refs = new Map<string, string>();
    const aliases = new Map<string, string>();
    let exists = false;
    const { nodes } = await readPages(Number.MAX_SAFE_INTEGER, async (page) => {
      const found = (await api.ask(ImportedModel, { model, ...page })).model;
      if (found === null) return { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
      exists = true;
      for (const alias of found.aliases) aliases.set(alias.name, alias.version.ref);
      return found.versions;
    });
    for (const { ref, source } of nodes) if (source?.url) refs.set(source.url, ref);
    return { exists, refs, aliases };
  }
}

const NOTHING_SAID: Omit<ConversionAsked, 'trustPickle'> = {
  format: undefined,
  signature: undefined,
  sample: undefined,
  tolerance: undefined,
  option: [],
};

/** The newest version of each stage of the older registry, as an alias of that name. */
function stages(versions: readonly ModelVersion[]): Record<string, string> {
  return Object.fromEntries(
    versions.flatMap(({ stage, version }) => {
      const alias = stage === null ? null : stageAlias(stage);
      return alias === null ? [] : [[alias, version] as const];
    }),
  );
}
