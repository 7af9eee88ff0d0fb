import { describeResults, hasMolecule, tensorColumns, type Pipeline } from '../../pipelines/index.js';
import { requiredInputs } from '../../tensors/index.js';
import { passageUnder } from './card-passages.js';
import { domainLimits, domainMethod } from './domain-items.js';
import type { Report, ReportItem } from './report.js';
import type { ReportFacts } from './report-facts.js';
import { attached, intervalsOf, metricsOf } from './validation-items.js';

/** Fills the form from what a version has; what it does not say stays empty, and is named. */
export function reportOf(facts: ReportFacts): Report {
  const { version, description } = facts;
  return {
    version: version.ref,
    title: description.title,
    sections: [
      { number: '1', title: 'QSAR identifier', principle: null, items: identifier(facts) },
      { number: '2', title: 'General information', principle: null, items: general(facts) },
      { number: '3', title: 'Defining the endpoint', principle: 1, items: endpoint(facts) },
      { number: '4', title: 'Defining the algorithm', principle: 2, items: algorithm(facts) },
      { number: '5', title: 'Defining the applicability domain', principle: 3, items: domain(facts) },
      { number: '6', title: 'Goodness of fit and robustness', principle: 4, items: inner(facts) },
      { number: '7', title: 'Predictivity', principle: 4, items: outer(facts) },
      { number: '8', title: 'Mechanistic interpretation', principle: 5, items: mechanism(facts) },
      { number: '9', title: 'Miscellaneous information', principle: null, items: miscellaneous(facts) },
    ],
  };
}

function item(number: string, title: string, text: string | null, how: string): ReportItem {
  return { number, title, text: text?.trim() === '' ? null : text, how };
}

/** What card or notes say under a heading. */
function said({ description, version }: ReportFacts, heading: RegExp): string | null {
  return passageUnder(version.notes, heading) ?? passageUnder(description.card, heading);
}

function identifier(facts: ReportFacts): ReportItem[] {
  const { version, description, parents, artifact } = facts;
  return [
    item('1.1', 'QSAR identifier (title)', `${description.title} (${version.ref})`, ''),
    item('1.2', 'Other related models', list(parents), 'publish with derivedFrom'),
    item(
      '1.3',
      'Software coding the model',
      list([
        artifact &&
          `ONNX${artifact.producer === null ? '' : `, written by ${artifact.producer}`}; ${version.artifactDigest}`,
      ]),
      '',
    ),
  ];
}

function general(facts: ReportFacts): ReportItem[] {
  const { createdAt, createdBy, source, environment } = facts.version;
  return [
    item('2.5', 'Model developer', createdBy, ''),
    item('2.6', 'Date of model publication', createdAt.toISOString().slice(0, 10), ''),
    item(
      '2.7',
      'References to the model',
      list([source?.url ?? null, said(facts, /reference|bibliograph|literature|citation/i)]),
      'give source.url, or a heading "References" in the card',
    ),
    item(
      '2.8',
      'Availability of the code',
      list([
        source?.repository && `${source.repository}${source.commit === null ? '' : ` at ${source.commit}`}`,
        environment && list([environment.runtime, environment.image]),
      ]),
      'publish with source',
    ),
  ];
}

function endpoint(facts: ReportFacts): ReportItem[] {
  const { version, description } = facts;
  const results = version.pipeline === null ? [] : describeResults(facts.pipeline);
  const units = results.map(
    ({ name, unit, kind }) => `${name}: ${unit ?? (kind === 'text' ? 'a label' : 'none is said')}`,
  );
  const meanings = results.flatMap(({ name, description: meaning }) =>
    meaning === undefined ? [] : [`${name}: ${meaning}`],
  );
  return [
    item(
      '3.1',
      'Species',
      said(facts, /species|organism/i),
      'a heading "Species" in the card, where there is one',
    ),
    item(
      '3.2',
      'Endpoint',
      list([said(facts, /endpoint/i) ?? description.summary]),
      'a heading "Endpoint" in the card, or a summary of the model',
    ),
    item('3.4', 'Endpoint units', list(units), 'a pipeline whose results have units'),
    item('3.5', 'Dependent variable', list(meanings), 'descriptions of the outputs in the pipeline'),
    item(
      '3.6',
      'Experimental protocol',
      said(facts, /protocol|experimental method/i),
      'a heading "Experimental protocol" in the card',
    ),
    item(
      '3.7',
      'Endpoint data quality and variability',
      said(facts, /data quality|variability|uncertainty of the data/i),
      'a heading "Data quality" in the card',
    ),
  ];
}

function algorithm(facts: ReportFacts): ReportItem[] {
  const { version, artifact, fit } = facts;
  const operators = Object.entries(artifact?.operators ?? {})
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} (${count})`);
  const inputs = version.pipeline === null ? [] : inputsOf(facts.pipeline);
  const count = fit?.domain?.count;
  const columns = fit?.domain?.width;
  return [
    item(
      '4.1',
      'Type of model',
      list([
        said(facts, /algorithm|model type|architecture/i),
        operators.length > 0 ? `ONNX graph of ${operators.join(', ')}` : null,
      ]),
      'a heading "Algorithm" in the card',
    ),
    item(
      '4.2',
      'Explicit algorithm',
      `The graph itself: ${version.artifactDigest}, ${artifact?.parameterCount ?? '?'} parameters`,
      '',
    ),
    item(
      '4.3',
      'Descriptors in the model',
      list(
        inputs.length > 0
          ? inputs
          : requiredInputs(version.signature).map(
              ({ name, datatype, shape }) => `${name}: ${datatype} [${shape.join(', ')}]`,
            ),
      ),
      '',
    ),
    item(
      '4.4',
      'Descriptor selection',
      said(facts, /descriptor|feature/i),
      'a heading "Descriptors" in the card',
    ),
    item(
      '4.6',
      'Software for descriptor generation',
      version.pipeline !== null && hasMolecule(facts.pipeline)
        ? 'RDKit, as the pipeline declares it'
        : list([version.pipeline && 'Retort, as the pipeline declares it']),
      'a pipeline',
    ),
    item(
      '4.7',
      'Chemicals/descriptors ratio',
      count && columns
        ? `${count} training rows, ${columns} columns: ${Number((count / columns).toPrecision(3))}`
        : null,
      'attach TRAINING data',
    ),
  ];
}

/** What the model gets, with the names and units of its columns. */
function inputsOf(pipeline: Pipeline): string[] {
  const columns = tensorColumns(pipeline).inputs;
  return Object.entries<{ readonly description?: string }>(pipeline.inputs).map(([name, { description }]) => {
    const { names = null, unit = null } = columns[name] ?? {};
    const all: readonly string[] = unit === null ? [] : typeof unit === 'string' ? [unit] : unit;
    const units = [...new Set(all)];
    const parts = [
      units.length === 1 ? `${name} [${units[0] ?? ''}]` : name,
      ...(names === null ? [] : [names.join(', ')]),
      ...(description === undefined ? [] : [description]),
    ];
    return parts.join(': ');
  });
}

function domain(facts: ReportFacts): ReportItem[] {
  return [
    item(
      '5.1',
      'Description of the applicability domain',
      said(facts, /applicab|domain|intended use|scope/i),
      'a heading "Applicability domain" in the card',
    ),
    item(
      '5.2',
      'Method used to assess the applicability domain',
      domainMethod(facts),
      'attach TRAINING data, or declare domain.ranges in the pipeline',
    ),
    item(
      '5.4',
      'Limits of applicability',
      list([domainLimits(facts), said(facts, /limit|not for|caveat/i)]),
      'attach TRAINING data, or a heading "Limitations" in the card',
    ),
  ];
}

function inner(facts: ReportFacts): ReportItem[] {
  const { version } = facts;
  const { fit, inner: crossed, others } = metricsOf(facts);
  const datasets = version.trainingData.map(({ name, split, url, digest }) =>
    [name, split, url, digest].filter((part) => part !== null).join(', '),
  );
  return [
    item(
      '6.1',
      'Availability of the training set',
      list([attached(version, 'TRAINING'), ...datasets]),
      'attach TRAINING data, or name it in trainingData',
    ),
    item('6.7', 'Statistics for goodness of fit', fit, 'a metric whose dataset says "training"'),
    item(
      '6.9',
      'Robustness: leave-many-out cross-validation',
      crossed,
      'a metric whose dataset says "cross-validation"',
    ),
    item(
      '6.10',
      'Robustness: Y-scrambling',
      said(facts, /scrambl|permut/i),
      'a heading "Y-scrambling" in the card',
    ),
    item('6.12', 'Other statistics', others, 'metrics'),
  ];
}

function outer(facts: ReportFacts): ReportItem[] {
  const { version } = facts;
  const how = version.attachments.some(({ role }) => role === 'CALIBRATION')
    ? 'load the version once: intervals are fitted then'
    : 'attach CALIBRATION data';
  return [
    item(
      '7.1',
      'Availability of the external validation set',
      attached(version, 'CALIBRATION'),
      'attach CALIBRATION data',
    ),
    item(
      '7.7',
      'Predictivity: statistics of external validation',
      metricsOf(facts).outer,
      'evaluateVersion on rows it was not fitted to, or a metric whose dataset says "test" or "held out"',
    ),
    item('7.8', 'Uncertainty of a prediction', intervalsOf(facts), how),
    item(
      '7.9',
      'Comments on the external validation',
      said(facts, /validation|predictiv/i),
      'a heading "Validation" in the card',
    ),
  ];
}

function mechanism(facts: ReportFacts): ReportItem[] {
  return [
    item(
      '8.1',
      'Mechanistic basis of the model',
      said(facts, /mechanis|interpretation/i),
      'a heading "Mechanism" in the card; where no mechanism is known, say so there',
    ),
  ];
}

function miscellaneous({ version, description }: ReportFacts): ReportItem[] {
  return [
    item('9.1', 'Comments', list([version.notes]) ?? list([description.summary]), 'notes of the version'),
  ];
}

function list(parts: readonly (string | null | undefined)[]): string | null {
  const known = parts.filter((part): part is string => typeof part === 'string' && part.trim() !== '');
  return known.length === 0 ? null : known.join('\n');
}
