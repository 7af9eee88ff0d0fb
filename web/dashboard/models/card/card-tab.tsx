import { useLiveQuery } from '../../api/live-query.js';
import { Code } from '../../components/code.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { ModelCard } from '../../__generated__/model.js';
import type { TabProps } from '../model-page.js';
import { CardMarkdown } from './markdown.js';

/** The model's card, how to get the model, and how to cite it. */
export default function CardTab({ model: { name } }: TabProps) {
  const { data, error, isLoading, refresh } = useLiveQuery(ModelCard, { name });
  const model = data?.model;
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={8} />}
      {model && (
        <div className="card-and-side">
          <article className="panel panel-body" aria-label="Card">
            {model.card === '' ? (
              <p className="empty">This model has no card yet: “retort” and updateModel can give it one.</p>
            ) : (
              <CardMarkdown text={model.card} />
            )}
          </article>
          <aside className="stack" aria-label="Get and cite">
            <section className="panel panel-body">
              <h2>Get it</h2>
              <Code label="Clone with Git" code={`git clone ${model.cloneUrl}`} />
              <p className="muted">Versions are commits, tags are tags, aliases are branches.</p>
            </section>
            {model.version && (
              <section className="panel panel-body">
                <h2>Cite {model.version.ref}</h2>
                <Code label="BibTeX" code={model.version.citation.bibtex} />
                <details>
                  <summary>CITATION.cff</summary>
                  <Code label="CITATION.cff" code={model.version.citation.cff} />
                </details>
              </section>
            )}
          </aside>
        </div>
      )}
    </>
  );
}
