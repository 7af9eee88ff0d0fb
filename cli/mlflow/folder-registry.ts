import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { wrongUsage } from '../failure.js';
import { byNumber, type ModelVersion, type RegisteredModel, type Registry } from './registry.js';
import { fields, text, type Fields } from './values.js';

const NO_EXPERIMENTS = ['models', '.trash'];

/** A folder as MLflow's file store writes it (`mlruns`). Paths in it are looked for below it, wherever it was moved to. */
export class FolderRegistry implements Registry {
  readonly address: string;

  /** @throws Failure USAGE for a folder that is none */
  static async open(path: string): Promise<FolderRegistry> {
    for (const folder of [path, join(path, 'mlruns')])
      if (await isFolder(join(folder, 'models'))) return new FolderRegistry(resolve(folder));
    throw wrongUsage(
      `Expected the folder of an MLflow file store, which has registered models in "models", or the address of a tracking server; ${path} is neither.`,
    );
  }

  private constructor(private readonly root: string) {
    this.address = root;
  }

  async models(): Promise<RegisteredModel[]> {
    const names = await foldersIn(join(this.root, 'models'));
    return Promise.all(
      names.map(async (name) => {
        const folder = join(this.root, 'models', name);
        const meta = await yaml(join(folder, 'meta.yaml'));
        return {
          name: text(meta.name) || name,
          description: text(meta.description),
          tags: await filesOf(join(folder, 'tags')),
          aliases: await filesOf(join(folder, 'aliases')),
        };
      }),
    );
  }

  async versions(model: string): Promise<ModelVersion[]> {
    const folder = join(this.root, 'models', model);
    const found = (await foldersIn(folder)).filter((name) => name.startsWith('version-'));
    const versions = await Promise.all(found.map((name) => this.version(join(folder, name))));
    return versions.sort(byNumber);
  }

  async files(model: string, version: string): Promise<string> {
    const meta = await yaml(join(this.root, 'models', model, `version-${version}`, 'meta.yaml'));
    const said = text(meta.storage_location) || text(meta.source);
    const run = await this.runOf(text(meta.run_id));
    const logged = text(meta.model_id) || /^models:\/(m-[0-9a-f]+)$/.exec(text(meta.source))?.[1];
    const inRun = /\/artifacts\/(.+)$/.exec(said)?.[1];
    const places = [
      ...(logged ? (await this.experiments()).map((each) => join(each, 'models', logged, 'artifacts')) : []),
      ...(run !== null && inRun !== undefined ? [join(run, 'artifacts', inRun)] : []),
    ];
    for (const place of places)
      if (!relative(this.root, place).startsWith('..') && (await isFolder(place))) return place;
    throw wrongUsage(
      `the files of version ${version} are not in the folder; MLflow says ${said || 'nothing'}.`,
    );
  }

  private async version(folder: string): Promise<ModelVersion> {
    const meta = await yaml(join(folder, 'meta.yaml'));
    const run = await this.runOf(text(meta.run_id));
    const stage = text(meta.current_stage);
    return {
      version: text(meta.version),
      description: text(meta.description),
      stage: stage === '' || stage === 'None' ? null : stage,
      tags: await filesOf(join(folder, 'tags')),
      isReady: ['', 'READY'].includes(text(meta.status)),
      metrics: run === null ? {} : lastValues(await filesOf(join(run, 'metrics'))),
      params: run === null ? {} : await filesOf(join(run, 'params')),
      runTags: run === null ? {} : await filesOf(join(run, 'tags')),
    };
  }

  private async runOf(id: string): Promise<string | null> {
    if (!/^\w+$/.test(id)) return null;
    for (const experiment of await this.experiments())
      if (await isFolder(join(experiment, id))) return join(experiment, id);
    return null;
  }

  private async experiments(): Promise<string[]> {
    const names = await foldersIn(this.root);
    return names.filter((name) => !NO_EXPERIMENTS.includes(name)).map((name) => join(this.root, name));
  }
}

async function yaml(path: string): Promise<Fields> {
  return fields(parse(await readFile(path, 'utf8').catch(() => '')));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** What small files say, by their paths: names of metrics may have slashes. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const found: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found[relative(folder, path)] = (await readFile(path, 'utf8')).trim();
  }
  return found;
}

/** Lines of `time value step …`, the last of which counts. */
function lastValues(metrics: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, lines]) => {
      const value = Number(lines.split('\n').at(-1)?.split(' ')[1]);
      return Number.isFinite(value) ? [[name, value] as const] : [];
    }),
  );
}
