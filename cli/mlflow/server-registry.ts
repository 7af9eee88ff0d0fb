import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EXIT } from '../exit-codes.js';
import { Failure, wrongUsage } from '../failure.js';
import { byNumber, type ModelVersion, type RegisteredModel, type Registry } from './registry.js';
import { fields, list, numbers, pairs, text, type Fields } from './values.js';

const MAX_FILES = 10_000;

interface Access {
  /** As MLFLOW_TRACKING_TOKEN or _USERNAME and _PASSWORD say. */
  readonly authorization: string | null;
  readonly signal: AbortSignal;
}

/** The value of Authorization, from the variables that MLflow's own client reads. */
export function trackingAuthorization(env: Readonly<Record<string, string | undefined>>): string | null {
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
  } = env;
  if (token) return `Bearer ${token}`;
  return user && password ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : null;
}

/** A tracking server, by its REST API (https://mlflow.org/docs/latest/api_reference/rest-api.html). */
export class ServerRegistry implements Registry {
  readonly address: string;
  private readonly base: string;

  constructor(
    uri: string,
    private readonly access: Access,
  ) {
    const url = new URL(uri);
    if (url.username !== '' || url.password !== '')
      throw wrongUsage(
        'Expected an address without a user name and password: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, have them.',
      );
    this.address = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
    this.base = `${this.address}/api/2.0`;
  }

  async models(): Promise<RegisteredModel[]> {
    const found = await this.pages('registered-models/search', 'registered_models', {});
    return found.map((model) => ({
      name: text(model.name),
      description: text(model.description),
      tags: pairs(model.tags),
      aliases: Object.fromEntries(
        list(model.aliases).map(({ alias, version }) => [text(alias), text(version)]),
      ),
    }));
  }

  async versions(model: string): Promise<ModelVersion[]> {
    const filter = `name='${model.replaceAll("'", "''")}'`;
    const found = await this.pages('model-versions/search', 'model_versions', { filter });
    const versions: ModelVersion[] = [];
    for (const each of found) versions.push(await this.version(each));
    return versions.sort(byNumber);
  }

  async files(model: string, version: string, folder: string): Promise<string> {
    const { artifact_uri: uri } = await this.ask('mlflow/model-versions/get-download-uri', {
      name: model,
      version,
    });
    const [, path] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(text(uri)) ?? [];
    if (path === undefined)
      throw new Failure(
        EXIT.REFUSED,
        'ARTIFACTS_ELSEWHERE',
        `the files lie at ${text(uri)}, which the tracking server does not hand out (mlflow server --artifacts-destination does): push them from there with retort push`,
      );
    await this.download(path, '', folder, { files: 0 });
    return folder;
  }

  private async version(found: Fields): Promise<ModelVersion> {
    const stage = text(found.current_stage);
    const run = text(found.run_id);
    const { data } = run === '' ? {} : fields((await this.optional('mlflow/runs/get', { run_id: run })).run);
    const logged = /^models:\/(m-[0-9a-f]+)$/.exec(text(found.source))?.[1];
    const own =
      logged === undefined
        ? {}
        : fields((await this.optional(`mlflow/logged-models/${logged}`, {})).model).data;
    return {
      version: text(found.version),
      description: text(found.description),
      stage: stage === '' || stage === 'None' ? null : stage,
      tags: pairs(found.tags),
      isReady: ['', 'READY'].includes(text(found.status)),
      metrics: { ...numbers(fields(data).metrics), ...numbers(fields(own).metrics) },
      params: { ...pairs(fields(data).params), ...pairs(fields(own).params) },
      runTags: pairs(fields(data).tags),
    };
  }

  /** A folder of the server's artifacts, with all below it. */
  private async download(
    root: string,
    below: string,
    folder: string,
    seen: { files: number },
  ): Promise<void> {
    const path = below === '' ? root : `${root}/${below}`;
    const { files } = await this.ask('mlflow-artifacts/artifacts', { path });
    for (const { path: name, is_dir: isFolder } of list(files)) {
      // The name alone, as the server lists it.
      const last = text(name).split('/').at(-1) ?? '';
      if (last === '' || last === '.' || last === '..' || last.includes('\\'))
        throw new Failure(
          EXIT.UNAVAILABLE,
          'NOT_MLFLOW',
          'the tracking server lists a file without a usable name',
        );
      const at = below === '' ? last : `${below}/${last}`;
      if (isFolder === true) await this.download(root, at, folder, seen);
      else {
        seen.files += 1;
        if (seen.files > MAX_FILES)
          throw new Failure(EXIT.REFUSED, 'TOO_MANY_FILES', `the version has more than ${MAX_FILES} files`);
        await this.save(`${root}/${at}`, join(folder, at));
      }
    }
  }

  private async save(path: string, to: string): Promise<void> {
    const response = await this.fetch(
      `mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
    );
    if (response.body === null) throw this.refused(response.status, 'an empty file');
    await mkdir(dirname(to), { recursive: true });
    const { signal } = this.access;
    await pipeline(response.body as AsyncIterable<Uint8Array>, createWriteStream(to, { flags: 'wx' }), {
      signal,
    });
  }

  private async pages(path: string, key: string, query: Record<string, string>): Promise<Fields[]> {
    const found: Fields[] = [];
    for (let token = ''; ;) {
      const page = await this.ask(`mlflow/${path}`, {
        ...query,
        max_results: '100',
        ...(token && { page_token: token }),
      });
      found.push(...list(page[key]));
      token = text(page.next_page_token);
      if (token === '') return found;
    }
  }

  /** Empty where the server has no such thing: a run that was deleted, or a version of MLflow without logged models. */
  private async optional(path: string, query: Record<string, string>): Promise<Fields> {
    return this.ask(path, query).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'NOT_FOUND') return {};
      throw error;
    });
  }

  private async ask(path: string, query: Record<string, string>): Promise<Fields> {
    const response = await this.fetch(`${path}?${new URLSearchParams(query).toString()}`);
    try {
      return fields(await response.json());
    } catch {
      throw new Failure(
        EXIT.UNAVAILABLE,
        'NOT_MLFLOW',
        `${this.address} does not answer as an MLflow tracking server does.`,
      );
    }
  }

  private async fetch(path: string): Promise<Response> {
    const { authorization, signal } = this.access;
    const response = await fetch(`${this.base}/${path}`, {
      headers: authorization === null ? {} : { authorization },
      redirect: 'error',
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? cause.message : message;
      throw new Failure(
        EXIT.UNAVAILABLE,
        'UNREACHABLE',
        `Could not reach the tracking server ${this.address}: ${why}.`,
      );
    });
    if (!response.ok) throw this.refused(response.status, (await response.text()).slice(0, 500));
    return response;
  }

  private refused(status: number, body: string): Failure {
    const said = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? `status ${status}`;
    const login = [401, 403].includes(status)
      ? ' Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
      : '';
    return new Failure(
      EXIT.REFUSED,
      status === 404 ? 'NOT_FOUND' : 'MLFLOW',
      `The tracking server ${this.address} answers: ${said}.${login}`,
    );
  }
}
