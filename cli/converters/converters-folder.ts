import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from '../surroundings.js';

/** What can be installed, and what each of them is for. */
export const CONVERTERS: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn, XGBoost, LightGBM',
  catboost: 'CatBoost',
  tensorflow: 'TensorFlow SavedModel, Keras, TensorFlow Lite',
  pytorch: 'PyTorch, 5.5 GB',
  mxnet: 'MXNet',
  onnxruntime: 'quantization and pruning of versions, by retort optimize',
};

/** Words for parts of an environment. */
const ALIASES: Readonly<Record<string, string>> = {
  'scikit-learn': 'sklearn',
  xgboost: 'sklearn',
  lightgbm: 'sklearn',
  keras: 'tensorflow',
  tflite: 'tensorflow',
  torch: 'pytorch',
  ort: 'onnxruntime',
  quantization: 'onnxruntime',
};

/** Null when there is no such converter. */
export function converterNamed(name: string): string | null {
  const own = ALIASES[name.toLowerCase()] ?? name.toLowerCase();
  return own in CONVERTERS ? own : null;
}

/** Where the server of this machine looks for them: as its settings say it. */
export function convertersFolder(env: Surroundings['env']): string {
  const { RETORT_CONVERTERS: own = '', RETORT_DATA: data = '' } = env;
  return resolve(own !== '' ? own : join(data !== '' ? data : './data', 'converters'));
}

/** The pinned packages of a converter, as they lie in this package. */
export function requirementsFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'converters', 'requirements', `${name}.txt`);
}

/** What `install` writes last. */
export interface Installed {
  readonly requirements: string;
  readonly python: string;
  readonly installedAt: string;
}

/** Null when it is not there, or was not finished. */
export function installed(folder: string, name: string): Installed | null {
  try {
    return JSON.parse(readFileSync(join(folder, name, 'retort.json'), 'utf8')) as Installed;
  } catch {
    return null;
  }
}
