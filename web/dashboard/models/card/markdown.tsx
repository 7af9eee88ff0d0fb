import Markdown, { type Components } from 'react-markdown';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import { Icon } from '../../components/icon.js';
import { isShown, safeLink } from './card-image.js';
import './prose.css';

/** Headings of a card stand below the page's own. */
const components: Components = {
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) =>
    href ? (
      <a href={href} {...(/^https?:/i.test(href) && { target: '_blank', rel: 'noreferrer' })}>
        {children}
      </a>
    ) : (
      <>{children}</>
    ),
  img: ({ src, alt = '' }) => <CardImage address={typeof src === 'string' ? src : ''} alt={alt} />,
  // A corner of a table without words is no heading.
  th: ({ children, style }) =>
    children === undefined || children === null ? (
      <td />
    ) : (
      <th scope="col" {...(style && { style })}>
        {children}
      </th>
    ),
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table className="table">{children}</table>
    </div>
  ),
  pre: ({ children }) => (
    <pre tabIndex={0} role="group" aria-label="Code">
      {children}
    </pre>
  ),
};

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

/** MathML is drawn by the browser itself: no styles and no fonts are needed for it. */
const KATEX = { output: 'mathml', trust: false, strict: 'ignore', maxExpand: 200, maxSize: 20 } as const;

/**
 * Markdown of somebody else: GitHub's dialect with formulas between dollar signs. HTML in it is text, links lead to pages
 * alone, and pictures are those that lie in the text itself.
 */
export default function CardMarkdown({ text }: { readonly text: string }) {
  return (
    <div className="prose">
      <Markdown
        remarkPlugins={[remarkGfm, remarkMath]}
        rehypePlugins={[[rehypeKatex, KATEX]]}
        components={components}
        urlTransform={(address, key) => (key === 'src' ? address : safeLink(address))}
      >
        {text}
      </Markdown>
    </div>
  );
}
