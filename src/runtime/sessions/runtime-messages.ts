import type { GraphSummary } from '../../onnx/index.js';
import { ModelProblem } from '../../onnx/index.js';
import { speaksOfMemory } from '../../platform/children/process-memory.js';

const maxLength = 600;

/**
 * "/src/….cc:46 void ns::Function(const A&, B) const [with T = float] What happened", or "matmul_helper.h:59 Compute What
 * happened": all before what happened.
 */
const SOURCE_PLACE =
  /\S*\.(?:cc|cpp|h|hpp|cuh?):\d+ (?:[\w:<>*&, ]*\([^()]*\)(?: const)?(?: \[with [^\]]*\])? |\w+ (?=[A-Z]))/g;
/** "axis == 1 || axis == largest was false. What happened": only what follows says something to people. */
const ASSERTION = /\b[^.:]*(?:==|!=|<|>|\|\||&&)[^.:]* was false\.\s*/g;

const operator = (_all: string, type: string, name: string) =>
  name === '' ? `operator ${type}: ` : `operator ${type} ("${name}"): `;

/**
 * The runtime's own words without the places they come from: its messages name the model's path, its own source
 * files and C++ signatures.
 */
export function cleanRuntimeMessage(error: unknown, path?: string): string {
  let message = error instanceof Error ? error.message : String(error);
  if (path !== undefined) message = message.replaceAll(path, 'the model');
  message = message
    .replace(/^Load model from the model failed:\s*/, '')
    .replace(SOURCE_PLACE, '')
    .replace(ASSERTION, '')
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(
      /^Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /,
      operator,
    )
    .replace(/(?<![\w.:/])(?:[A-Za-z]:)?[\\/](?:[^\s\\/:"'<>|]+[\\/])+[^\s\\/:"'<>|]*/g, '(a path)')
    .replace(/\s+/g, ' ')
    .trim();
  return message.length > maxLength ? `${message.slice(0, maxLength)}…` : message;
}

/** What a refusal to load means to the model's author. */
export function loadProblem(error: unknown, path: string, graph?: GraphSummary): ModelProblem {
  const message = cleanRuntimeMessage(error, path);
  if (speaksOfMemory(message))
    return new ModelProblem(
      'MODEL_OUT_OF_MEMORY',
      `The model does not fit into the memory it may take (${message.replace(/\.$/, '')}). Raise runtime.maxMemoryBytes, or make the model smaller.`,
    );
  const locale = missingLocale.exec(message)?.[1];
  if (locale !== undefined) return localeProblem(locale);
  for (const { pattern, explain } of refusals) {
    const match = pattern.exec(message);
    if (match !== null) return new ModelProblem('UNSUPPORTED_MODEL', explain(match, graph));
  }
  return new ModelProblem(
    'INVALID_MODEL',
    `The ONNX runtime refuses the graph: ${message.replace(/\.?$/, '.')} Check it with onnx.checker.check_model(model, full_check=True)`,
  );
}

const missingLocale = /Failed to construct locale with name:\s*([^\s:]+)/;

/** The graph is sound; what it needs is missing on this machine. */
function localeProblem(locale: string): ModelProblem {
  const [language, charset = 'UTF-8'] = locale.split('.');
  return new ModelProblem(
    'LOCALE_MISSING',
    `The server lacks the locale ${locale}, which the model's text operators (StringNormalizer) need; the model is sound. Its operator must install it (Debian, Ubuntu: apt-get install locales, then localedef -i ${language} -f ${charset} ${locale}) and restart the server`,
  );
}

const refusals: readonly {
  pattern: RegExp;
  explain: (match: RegExpExecArray, graph?: GraphSummary) => string;
}[] = [
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    explain: ([, got, most]) =>
      `Expected ONNX IR version ${most} or older, got ${got}: export with an older onnx package, or set model.ir_version = ${most}`,
  },
  {
    pattern: /Opset (\d+) is under development.*support for domain (\S+) is till opset (\d+)/,
    explain: ([, got, domain, most]) =>
      `Expected opset ${most} or older of domain ${domain}, got ${got}: export with opset_version=${most}`,
  },
  {
    pattern: /No Op registered for (\S+) with domain_version of (\d+)/,
    explain: ([, operator, version], graph) => {
      const domain = domainOf(operator, graph);
      return `Operator ${operator} of domain ${domain} is not known at opset ${version}: check its name, export with a newer opset, or rewrite it in standard operators`;
    },
  },
  {
    pattern: /Fatal error: (\S*):(\S+)\(-?\d+\) is not a registered function\/op/,
    explain: ([, domain, operator], graph) => {
      const version = graph?.opsets.find((opset) => opset.domain === domain)?.version;
      return `Operator ${operator} of domain ${domain === '' ? 'ai.onnx' : domain}${version === undefined ? '' : ` (opset ${version})`} is a custom operator, which Retort does not load: rewrite it in standard operators and export again`;
    },
  },
  {
    pattern: /Could not find an implementation for (\S+)\((\d+)\)/,
    explain: ([, operator, version], graph) =>
      `Operator ${operator} of domain ${domainOf(operator, graph)} (opset ${version}) has no CPU implementation for the types it is used with: export with float32 or another opset`,
  },
  {
    pattern: /(?:Unsupported data type: (\d+)|MLDataType for: (\S+) is not currently registered)/,
    explain: ([, number, name]) =>
      `The graph uses ${name ?? `element type ${number}`}, which the runtime does not support: cast to float32 and export again`,
  },
];

function domainOf(operator: string | undefined, graph: GraphSummary | undefined): string {
  const keys = Object.keys(graph?.operators ?? {});
  if (operator === undefined || keys.includes(operator)) return 'ai.onnx';
  const key = keys.find((candidate) => candidate.endsWith(`.${operator}`));
  return key === undefined ? 'ai.onnx' : key.slice(0, -operator.length - 1);
}
