/** A request as it was made, to be written as a program. */
export interface SnippetRequest {
  /** The GraphQL address. */
  readonly url: string;
  /** The document, as it was sent. */
  readonly query: string;
  readonly variables: object;
  /** Where the answer's interesting part is: `predict` or `infer`. */
  readonly field: 'predict' | 'infer';
}

export type Language = 'GraphQL' | 'curl' | 'TypeScript' | 'Python';

export interface Snippet {
  readonly language: Language;
  readonly code: string;
}

/** The key never stands in a program: each reads it from the environment. */
export function snippets(request: SnippetRequest): Snippet[] {
  return [
    { language: 'GraphQL', code: graphql(request) },
    { language: 'curl', code: curl(request) },
    { language: 'TypeScript', code: typescript(request) },
    { language: 'Python', code: python(request) },
  ];
}

function graphql({ query, variables }: SnippetRequest): string {
  const comment = pretty(variables)
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n');
  return `${query.trim()}\n\n# Variables:\n${comment}\n`;
}

function curl({ url, query, variables }: SnippetRequest): string {
  return [
    `curl -s ${shellQuoted(url)} \\`,
    '  -H "authorization: Bearer $RETORT_API_KEY" \\',
    "  -H 'content-type: application/json' \\",
    `  --data-binary ${shellQuoted(JSON.stringify({ query: oneLine(query), variables }))}`,
    '',
  ].join('\n');
}

function typescript({ url, query, variables, field }: SnippetRequest): string {
  return [
    `const query = ${templateLiteral(query.trim())};`,
    `const variables = ${pretty(variables)};`,
    '',
    `const response = await fetch(${JSON.stringify(url)}, {`,
    "  method: 'POST',",
    '  headers: {',
    "    'content-type': 'application/json',",
    "    authorization: `Bearer ${process.env.RETORT_API_KEY ?? ''}`,",
    '  },',
    '  body: JSON.stringify({ query, variables }),',
    '});',
    'const { data, errors } = await response.json();',
    'if (errors) throw new Error(errors[0].message);',
    `console.log(JSON.stringify(data.${field}, null, 2));`,
    '',
  ].join('\n');
}

function python({ url, query, variables, field }: SnippetRequest): string {
  return [
    'import json',
    'import os',
    'import urllib.request',
    '',
    `query = ${pythonText(query.trim())}`,
    `variables = json.loads(${JSON.stringify(JSON.stringify(variables))})`,
    '',
    'request = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    '    data=json.dumps({"query": query, "variables": variables}).encode(),',
    '    headers={',
    '        "content-type": "application/json",',
    '        "authorization": "Bearer " + os.environ.get("RETORT_API_KEY", ""),',
    '    },',
    ')',
    'with urllib.request.urlopen(request) as response:',
    '    answer = json.load(response)',
    'if "errors" in answer:',
    '    raise RuntimeError(answer["errors"][0]["message"])',
    `print(json.dumps(answer["data"]["${field}"], indent=2, ensure_ascii=False))`,
    '',
  ].join('\n');
}

/** Between words, any blanks mean the same: unless a text or a comment is among them. */
function oneLine(query: string): string {
  return /["#]/.test(query) ? query.trim() : query.trim().replaceAll(/\s+/g, ' ');
}

function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Within single quotes a shell reads nothing but their end. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function templateLiteral(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$(?=\{)/g, String.raw`\$&`)}\``;
}

function pythonText(text: string): string {
  return `"""\n${text.replaceAll('\\', '\\\\').replaceAll('"""', String.raw`\"\"\"`)}\n""".strip()`;
}
