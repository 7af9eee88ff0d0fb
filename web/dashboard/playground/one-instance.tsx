import { Form } from 'react-aria-components/Form';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { useUrlState } from '../url-state.js';
import { AnswerPanel } from './answer/answer-panel.js';
import { Examples } from './examples.js';
import { MoleculeField } from './molecule-field.js';
import { NuclideField } from './nuclides/nuclide-field.js';
import { ParticlesField } from './particles-field.js';
import { instanceOf, instanceText } from './instance-text.js';
import type { PlaygroundPipeline } from './pipeline.js';
import type { PlayedVersion } from './playground-page.js';
import { SnippetPanel } from './snippets/snippet-panel.js';
import { usePrediction } from './use-prediction.js';

export interface PlayedPipeline {
  readonly version: PlayedVersion;
  readonly pipeline: PlaygroundPipeline;
}

/** One question and its answer. The question stands in the address. */
export function OneInstance({ version, pipeline }: PlayedPipeline) {
  const first = version.examples.find(({ instance }) => instance !== null)?.instance;
  const [text, setText] = useUrlState('instance', first === undefined ? '' : instanceText(first));
  const { asked, ask } = usePrediction(version.ref);
  const instance = instanceOf(text);
  const Field = FIELDS[pipeline.instance.kind];
  return (
    <div className="playground">
      <div className="stack">
        <Form
          className="panel panel-body stack"
          validationBehavior="aria"
          onSubmit={(event) => {
            event.preventDefault();
            void ask([instance]);
          }}
        >
          <Field text={text} onChange={setText} pipeline={pipeline} />
          <div className="row">
            <Button primary type="submit" isDisabled={text.trim() === ''}>
              <Icon name="playground" />
              Predict
            </Button>
            {asked.phase === 'asking' && <span className="muted">Asking…</span>}
          </div>
        </Form>
        <Examples
          examples={version.examples}
          onChoose={(chosen) => {
            setText(instanceText(chosen));
            void ask([chosen]);
          }}
        />
      </div>
      <div className="stack">
        <AnswerPanel asked={asked} version={version} pipeline={pipeline} />
        <SnippetPanel version={version.ref} instances={[instance]} />
      </div>
    </div>
  );
}

const FIELDS = { molecule: MoleculeField, nuclide: NuclideField, particles: ParticlesField } as const;

export interface InstanceFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly pipeline: PlaygroundPipeline;
}
