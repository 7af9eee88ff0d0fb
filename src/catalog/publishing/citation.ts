import type { ModelRecord, VersionRecord } from '../catalog-records.js';

export interface Citation {
  readonly bibtex: string;
  /** Citation File Format 1.2.0 (https://citation-file-format.github.io). */
  readonly cff: string;
  /** Where the cited bytes are on this server; the digest in it names them anywhere. */
  readonly path: string;
}

/** How a publication may refer to exactly this version: its reference, its day and the digest of its bytes. */
export function citationOf(model: ModelRecord, version: VersionRecord): Citation {
  const { ref, number, artifactDigest, createdAt, createdBy, source } = version;
  const day = createdAt.toISOString().slice(0, 10);
  const path = `/artifacts/${artifactDigest}`;
  const fields = [
    ['title', `{${bibtexText(model.title)}}`],
    ['author', `{${bibtexText(createdBy)}}`],
    ['year', day.slice(0, 4)],
    ['date', day],
    ['version', String(number)],
    ['note', `Model version \\texttt{${bibtexText(ref)}}, \\texttt{${artifactDigest}}`],
    ...(isWebAddress(source?.repository) ? [['url', bibtexAddress(source.repository)]] : []),
  ];
  const bibtex = [
    `@software{${model.name}-${number},`,
    ...fields.map(([key = '', value = '']) => `  ${key} = {${value}},`),
    '}',
    '',
  ];
  const cff = [
    'cff-version: 1.2.0',
    'message: If you use this model version, please cite it as below.',
    'type: software',
    `title: ${yamlText(model.title)}`,
    'authors:',
    `  - name: ${yamlText(createdBy)}`,
    `version: ${yamlText(String(number))}`,
    `date-released: ${day}`,
    'identifiers:',
    '  - type: other',
    `    value: ${yamlText(ref)}`,
    '    description: The version in its catalog.',
    '  - type: other',
    `    value: ${yamlText(artifactDigest)}`,
    '    description: SHA-256 of the ONNX file.',
    ...(isWebAddress(source?.repository) ? [`repository-code: ${yamlText(source.repository)}`] : []),
    ...(source?.commit ? [`commit: ${yamlText(source.commit)}`] : []),
    '',
  ];
  return { bibtex: bibtex.join('\n'), cff: cff.join('\n'), path };
}

const BIBTEX_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function bibtexText(text: string): string {
  return oneLine(text).replace(
    /[\\~^&%$#_{}]/g,
    (character) => BIBTEX_ESCAPES[character] ?? `\\${character}`,
  );
}

function bibtexAddress(text: string): string {
  return encodeURI(oneLine(text)).replace(/[{}\\]/g, '');
}

/** JSON's strings are strings of YAML 1.2 too. */
function yamlText(text: string): string {
  return JSON.stringify(oneLine(text));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isWebAddress(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^https?:\/\//.test(text) && URL.canParse(text);
}
