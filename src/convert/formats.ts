import type { ModelFormat } from '../catalog/index.js';

/** What is known of a format before any of its files is read. */
export interface FormatFacts {
  /** The environment whose Python reads it; `retort converters install` makes it. */
  readonly environment: string;
  /** Whether reading it may run code that is in it. */
  readonly isPickle: boolean;
  /** Whether it is a folder, which comes as a tar or zip. */
  readonly isFolder: boolean;
  /** Whether it may hold several functions, of which one is converted. */
  readonly hasSignatures?: true;
  /** What the file is called beside its converter: some frameworks go by that. */
  readonly fileName: string;
}

export const FORMATS: Readonly<Record<ModelFormat, FormatFacts>> = {
  SKLEARN: { environment: 'sklearn', isPickle: true, isFolder: false, fileName: 'model.pkl' },
  XGBOOST: { environment: 'sklearn', isPickle: false, isFolder: false, fileName: 'model.json' },
  LIGHTGBM: { environment: 'sklearn', isPickle: false, isFolder: false, fileName: 'model.txt' },
  CATBOOST: { environment: 'catboost', isPickle: false, isFolder: false, fileName: 'model.cbm' },
  SAVED_MODEL: {
    environment: 'tensorflow',
    isPickle: false,
    isFolder: true,
    hasSignatures: true,
    fileName: 'model',
  },
  KERAS: { environment: 'tensorflow', isPickle: false, isFolder: false, fileName: 'model.keras' },
  TFLITE: { environment: 'tensorflow', isPickle: false, isFolder: false, fileName: 'model.tflite' },
  TORCH_EXPORT: { environment: 'pytorch', isPickle: true, isFolder: false, fileName: 'model.pt2' },
  TORCHSCRIPT: { environment: 'pytorch', isPickle: true, isFolder: false, fileName: 'model.pt' },
  MXNET: { environment: 'mxnet', isPickle: false, isFolder: true, fileName: 'model' },
};
