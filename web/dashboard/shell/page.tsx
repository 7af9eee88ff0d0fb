import { useEffect, useRef, type ReactNode } from 'react';
import { graphiqlAddress } from '../api/address.js';
import { textOf, type AnyApiDocument } from '../api/documents.js';
import { Icon } from '../components/icon.js';

export interface PageHeadProps {
  /** The page's heading, and the title of the window. */
  readonly title: string;
  readonly lead?: ReactNode;
  /** Buttons of the page as a whole. */
  readonly actions?: ReactNode;
  /** What the page asks the API: opened in GraphiQL, ready to run. */
  readonly query: AnyApiDocument;
  readonly variables?: object;
}

/** A page that was opened by a link gets the focus, so that a screen reader begins with its heading. */
let isFirstPage = true;

/** The head of every page. */
export function PageHead({ title, lead, actions, query, variables }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirstPage = false;
  }, []);
  return (
    <div className="page-head">
      <title>{`${title} · Retort`}</title>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <div className="lead">{lead}</div>}
      </div>
      <div className="page-actions">
        {actions}
        <a className="button quiet" href={graphiqlAddress(textOf(query), variables)}>
          <Icon name="graphql" />
          GraphiQL
        </a>
      </div>
    </div>
  );
}
