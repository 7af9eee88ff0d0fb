import type { Report, ReportFormat, ReportSection } from './report.js';

/** The principles for the validation of (Q)SAR models, OECD 2004. */
const PRINCIPLES = [
  'a defined endpoint',
  'an unambiguous algorithm',
  'a defined domain of applicability',
  'appropriate measures of goodness of fit, robustness and predictivity',
  'a mechanistic interpretation, if possible',
];

export function renderReport(report: Report, format: ReportFormat): string {
  switch (format) {
    case 'JSON':
      return `${JSON.stringify({ ...report, missing: missingOf(report) }, null, 2)}\n`;
    case 'QMRF':
      return qmrf(report);
    case 'MARKDOWN':
      return markdown(report);
  }
}

function missingOf({ sections }: Report) {
  return sections.flatMap(({ items }) =>
    items.filter(({ text }) => text === null).map(({ number, title, how }) => ({ number, title, how })),
  );
}

/** Every question of the form, answered or not, as plain text. */
function qmrf({ version, title, sections }: Report): string {
  const lines = [`QSAR Model Reporting Format`, `${title} (${version})`];
  for (const section of sections) {
    lines.push('', heading(section));
    for (const { number, title: asked, text, how } of section.items) {
      lines.push('', `${number}. ${asked}:`);
      lines.push(...(text ?? `Not given. To fill it: ${how}.`).split('\n').map((line) => `    ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What is known, principle by principle, and at the end what is missing. */
function markdown(report: Report): string {
  const { version, title, sections } = report;
  const lines = [`# ${escaped(title)} (${escaped(version)})`];
  for (const section of sections) {
    const known = section.items.filter(({ text }) => text !== null);
    lines.push('', `## ${heading(section)}`);
    if (known.length === 0) lines.push('', 'Nothing is said of it.');
    for (const { title: asked, text } of known) {
      const [first = '', ...rest] = (text ?? '').split('\n');
      lines.push('', `**${asked}**  `, [first, ...rest].join('  \n'));
    }
  }
  const missing = missingOf(report);
  lines.push('', '## What is missing', '');
  if (missing.length === 0) lines.push('Nothing.');
  for (const { number, title: asked, how } of missing) lines.push(`- ${number} ${asked}: ${how}`);
  return `${lines.join('\n')}\n`;
}

function heading({ number, title, principle }: ReportSection): string {
  const said = principle === null ? '' : ` (OECD principle ${principle}: ${PRINCIPLES[principle - 1] ?? ''})`;
  return `${number}. ${title}${said}`;
}

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>#]/g, (character) => `\\${character}`);
}
