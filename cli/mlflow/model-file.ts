import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { fields, list, text, type Fields } from './values.js';

/** What a version has to publish. */
export type Publishable =
  | {
      readonly kind: 'model';
      readonly flavor: string;
      readonly path: string;
      /** For the environment: `Python 3.11.7`, and the framework. */
      readonly runtime: string | null;
      readonly packages: readonly { readonly name: string; readonly version: string }[];
      /** MLflow's own, in words; null without. */
      readonly signature: string | null;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Flavors whose files are published or converted, with the fields that name the file. The first that is there counts. */
const FLAVORS: readonly (readonly [flavor: string, ...fields: string[]])[] = [
  ['onnx', 'data'],
  ['sklearn', 'pickled_model'],
  ['xgboost', 'data'],
  ['lightgbm', 'data'],
  ['catboost', 'data'],
  ['tensorflow', 'saved_model_dir', 'data'],
  ['keras', 'saved_model_dir', 'data'],
  ['pytorch', 'model_data', 'data'],
];
/** Found below a folder that a flavor names, the best first. */
const MODEL_FILES = [
  /\.onnx$/,
  /\.keras$/,
  /\.pt2$/,
  /saved_model\.pb$/,
  /\.h5$/,
  /\.pth?$/,
  /\.(?:json|ubj|txt|cbm|pkl|joblib)$/,
];

/** Looks into the folder of a version (https://mlflow.org/docs/latest/ml/model/#storage-format). */
export async function publishable(folder: string): Promise<Publishable> {
  const described = await readFile(join(folder, 'MLmodel'), 'utf8').catch(() => null);
  if (described === null) return refused('it has no MLmodel file, so nothing says what it is');
  const model = fields(parse(described));
  const flavors = fields(model.flavors);
  const [flavor, ...names] = FLAVORS.find(([name]) => name in flavors) ?? [];
  if (flavor === undefined) return refused(whyNot(Object.keys(flavors)));
  const own = fields(flavors[flavor]);
  const name = names.map((each) => text(own[each])).find((each) => each !== '');
  const path = name === undefined ? null : await inside(folder, name);
  if (path === null) return refused(`its ${flavor} flavor names no file that is there`);
  if (flavor === 'sklearn' && text(own.serialization_format) === 'skops')
    return refused(
      'it was saved with skops; log it with serialization_format="pickle" or "cloudpickle", or as ONNX',
    );
  const python = text(fields(flavors.python_function).python_version);
  const version = text(own[`${flavor}_version`] ?? own[`${SHORT[flavor] ?? flavor}_version`]);
  return {
    kind: 'model',
    flavor,
    path,
    runtime: python === '' ? null : `Python ${python}`,
    packages: [
      ...(version === '' ? [] : [{ name: PACKAGES[flavor] ?? flavor, version }]),
      ...(text(model.mlflow_version) === '' ? [] : [{ name: 'mlflow', version: text(model.mlflow_version) }]),
    ],
    signature: signatureText(fields(model.signature)),
  };
}

const SHORT: Readonly<Record<string, string>> = { xgboost: 'xgb', lightgbm: 'lgb' };
const PACKAGES: Readonly<Record<string, string>> = { sklearn: 'scikit-learn', pytorch: 'torch' };

function whyNot(flavors: readonly string[]): string {
  if (flavors.length === 1 && flavors[0] === 'python_function')
    return 'it is Python code (pyfunc) and no model of a framework that converts: log the model inside it as ONNX, or serve it elsewhere and deploy it as a remote engine';
  return `its flavors (${flavors.join(', ') || 'none'}) are none of ${FLAVORS.map(([name]) => name).join(', ')}`;
}

function refused(reason: string): Publishable {
  return { kind: 'refused', reason };
}

/** The file of a model, or the folder of a SavedModel, below the version's own folder. */
async function inside(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name);
  if (relative(folder, path).startsWith('..')) return null;
  const found = await stat(path).catch(() => null);
  if (found === null || found.isFile()) return found === null ? null : path;
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))
    .sort();
  for (const pattern of MODEL_FILES) {
    const file = files.find((each) => pattern.test(each));
    if (file !== undefined) return file.endsWith('saved_model.pb') ? join(file, '..') : file;
  }
  return null;
}

/** `x: float32 [-1, 3]` for each tensor or column. */
function signatureText(signature: Fields): string | null {
  const parts = (['inputs', 'outputs'] as const).flatMap((role) => {
    const specs = list(parsed(text(signature[role])));
    return specs.length === 0 ? [] : [`${role}: ${specs.map(specText).join(', ')}`];
  });
  return parts.length === 0 ? null : parts.join('; ');
}

function specText(spec: Fields): string {
  const tensor = fields(spec['tensor-spec']);
  const name = text(spec.name);
  const type = text(tensor.dtype) || text(spec.type);
  const shape = Array.isArray(tensor.shape) ? ` ${JSON.stringify(tensor.shape)}` : '';
  return `${name === '' ? '' : `\`${name}\` `}${type}${shape}`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
