import { graphqlAddress } from '../../api/address.js';
import { textOf } from '../../api/documents.js';
import { Choices } from '../../components/choices.js';
import { Code } from '../../components/code.js';
import { Infer, Predict } from '../../__generated__/playground.js';
import { useUrlState } from '../../url-state.js';
import { USUAL_LEVEL } from '../level-field.js';
import { snippets, type Language, type SnippetRequest } from './snippets.js';

const LANGUAGES: readonly Language[] = ['curl', 'GraphQL', 'TypeScript', 'Python'];

type SnippetPanelProps =
  | { readonly version: string; readonly instances: readonly unknown[]; readonly level: number }
  | { readonly version: string; readonly inputs: readonly object[] };

/** The same request as a program, ready to copy. */
export function SnippetPanel(props: SnippetPanelProps) {
  const [language, setLanguage] = useUrlState<Language>('code', 'curl');
  const request = requestOf(props);
  const snippet = snippets(request).find((one) => one.language === language);
  return (
    <section className="panel panel-body" aria-label="As a program">
      <div className="row">
        <h2>As a program</h2>
        <Choices
          label="Language"
          options={LANGUAGES.map((value) => ({ value, label: value }))}
          value={language}
          onChange={(value) => setLanguage(value as Language)}
        />
      </div>
      {snippet && <Code label={snippet.language} code={snippet.code} />}
      <p className="muted">Programs read the key from RETORT_API_KEY; a server without one takes any.</p>
    </section>
  );
}

function requestOf(props: SnippetPanelProps): SnippetRequest {
  const url = graphqlAddress.href;
  return 'instances' in props
    ? {
        url,
        query: textOf(Predict),
        variables: {
          input: {
            version: props.version,
            instances: props.instances,
            ...(props.level !== USUAL_LEVEL && { level: props.level }),
          },
        },
        field: 'predict',
      }
    : {
        url,
        query: textOf(Infer),
        variables: { input: { version: props.version, inputs: props.inputs } },
        field: 'infer',
      };
}
