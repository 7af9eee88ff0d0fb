import type { ConversionRecord, ModelFormat, OutputDifference } from './conversion-record.js';

export const FORMAT_NAMES: Readonly<Record<ModelFormat, string>> = {
  SKLEARN: 'scikit-learn',
  XGBOOST: 'XGBoost',
  LIGHTGBM: 'LightGBM',
  CATBOOST: 'CatBoost',
  SAVED_MODEL: 'TensorFlow SavedModel',
  KERAS: 'Keras',
  TFLITE: 'TensorFlow Lite',
  TORCH_EXPORT: 'PyTorch exported program',
  TORCHSCRIPT: 'TorchScript',
  MXNET: 'MXNet',
};

/** What a version's card says: the model's, and how the version was converted where it was. */
export function cardOfVersion(card: string, conversion: ConversionRecord | null): string {
  if (conversion === null) return card;
  return [card.trimEnd(), describeConversion(conversion)].filter((part) => part !== '').join('\n\n');
}

/** The part of a card that says how a version was converted, in Markdown. */
function describeConversion(conversion: ConversionRecord): string {
  const { about, converter, tools, runtime, source, signature, warnings, proof } = conversion;
  const { sample, tolerance } = proof;
  const rows = `${sample.rows} ${sample.source === 'GIVEN' ? 'given' : 'made-up'} row${sample.rows === 1 ? '' : 's'}`;
  return [
    '## Conversion',
    `Converted from ${about}${signature === null ? '' : `, signature \`${signature}\``}, by ${converter.name} ${converter.version} with ${tools
      .map(({ name, version }) => `${name} ${version}`)
      .join(', ')} on ${runtime}. The model it was made from is kept: \`${source.digest}\`.`,
    `Both were asked ${rows}, and had to agree within ${tolerance} (relative); so had the graph as this server runs it.`,
    [
      '| output | elements | largest difference | mean | largest relative | on this server |',
      '| --- | --- | --- | --- | --- | --- |',
      ...proof.converter.map((output) => line(output, proof.server)),
    ].join('\n'),
    ...warnings.map((warning) => `**Note:** ${warning}`),
  ].join('\n\n');
}

function line(output: OutputDifference, server: readonly OutputDifference[]): string {
  const { name, elements, largest, mean, largestRelative } = output;
  const here = server.find((other) => other.name === name);
  const cells = [
    `\`${name}\``,
    String(elements),
    shown(largest),
    shown(mean),
    shown(largestRelative),
    shown(here?.largestRelative ?? null),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What has to be equal has no distance. */
function shown(distance: number | null): string {
  return distance === null ? 'equal' : String(Number(distance.toPrecision(3)));
}
