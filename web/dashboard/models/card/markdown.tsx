import { createElement, type ReactNode } from 'react';
import { Icon } from '../../components/icon.js';
import { Notice } from '../../components/notice.js';
import { Skeleton } from '../../components/skeleton.js';
import { isShown, safeLink } from './card-image.js';
import type { PlainElement, PlainNode } from './plain-tree.js';
import { useMarkdown } from './use-markdown.js';
import './prose.css';

/**
 * Markdown of somebody else: GitHub's dialect with formulas between dollar signs. HTML in it is text, links lead to pages
 * alone, and pictures are those that lie in the text itself. What cannot be read as Markdown is shown as it is.
 */
export function CardMarkdown({ text }: { readonly text: string }) {
  const read = useMarkdown(text);
  if (read.phase === 'reading') return <Skeleton lines={6} />;
  if (read.phase === 'read') return <div className="prose">{read.nodes.map(rendered)}</div>;
  return (
    <div className="prose">
      <Notice kind="warn">This text is shown as it is: {read.reason}.</Notice>
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

function rendered(node: PlainNode, key: number): ReactNode {
  return typeof node === 'string' ? node : <Element key={key} element={node} />;
}

/** Headings of a card stand below the page's own. */
const BELOW: Readonly<Partial<Record<string, string>>> = { h1: 'h2', h2: 'h3', h3: 'h4', h4: 'h5', h5: 'h6' };

function Element({ element }: { readonly element: PlainElement }): ReactNode {
  const { tag, attributes } = element;
  const children = element.children.map(rendered);
  switch (tag) {
    case 'a':
      return <CardLink address={String(attributes.href ?? '')}>{children}</CardLink>;
    case 'img':
      return <CardImage address={String(attributes.src ?? '')} alt={String(attributes.alt ?? '')} />;
    case 'table':
      return (
        <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
          <table className="table">{children}</table>
        </div>
      );
    case 'th':
      // A corner of a table without words is no heading.
      return element.children.length === 0 ? <td /> : <th scope="col">{children}</th>;
    case 'pre':
      return (
        <pre tabIndex={0} role="group" aria-label="Code">
          {children}
        </pre>
      );
    case 'input':
      // Of a list of tasks.
      return attributes.checked === true ? '☑ ' : '☐ ';
    default:
      return createElement(BELOW[tag] ?? tag, attributes, ...children);
  }
}

function CardLink({ address, children }: { readonly address: string; readonly children: ReactNode }) {
  const link = safeLink(address);
  if (link === undefined) return children;
  return (
    <a href={link} {...(/^https?:/i.test(link) && { target: '_blank', rel: 'noreferrer' })}>
      {children}
    </a>
  );
}

function CardImage({ address, alt }: { readonly address: string; readonly alt: string }) {
  if (isShown(address)) return <img src={address} alt={alt} loading="lazy" decoding="async" />;
  const words = alt === '' ? 'Picture' : `Picture: ${alt}`;
  const link = safeLink(address);
  if (link === undefined) return <span className="muted">{words} (not shown)</span>;
  return (
    <a href={link} target="_blank" rel="noreferrer">
      <Icon name="external" /> {words}
    </a>
  );
}
