import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { AnswerPanel } from './answer/answer-panel.js';
import { ExplainPanel } from './explanation/explain-panel.js';
import { Examples } from './examples.js';
import { MoleculeField } from './molecule-field.js';
import { NuclideField } from './nuclides/nuclide-field.js';
import { ParticlesField } from './particles-field.js';
import { recordOf } from './fields/field-value.js';
import { RecordField } from './fields/record-field.js';
import { instanceOf, instanceText, shortened } from './instance-text.js';
import { LevelField, useLevel } from './level-field.js';
import { useUrlState } from '../url-state.js';
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
  const [text, setText] = useInstanceText(first === undefined ? '' : instanceText(first));
  const [level, setLevel] = useLevel();
  const { asked, ask } = usePrediction(version.ref, level);
  const instance = writtenInstance(text, pipeline, version.fields);
  const Field = FIELDS[pipeline.form];
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
          <Field text={text} onChange={setText} pipeline={pipeline} fields={version.fields} />
          <div className="row asking">
            <LevelField value={level} onChange={setLevel} />
            <Button primary type="submit" isDisabled={text.trim() === '' && pipeline.form !== 'record'}>
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
        <ExplainPanel
          key={version.ref}
          version={version.ref}
          instance={instance}
          hasMolecule={pipeline.form === 'molecule'}
          isDisabled={text.trim() === '' && pipeline.form !== 'record'}
        />
        <SnippetPanel version={version.ref} instances={[shortened(instance)]} level={level} />
      </div>
    </div>
  );
}

const FIELDS = {
  molecule: MoleculeField,
  nuclide: NuclideField,
  particles: ParticlesField,
  record: RecordField,
} as const;

/** A record that is empty, or a list for its lone field, is a record still. */
function writtenInstance(
  text: string,
  { form }: PlaygroundPipeline,
  fields: PlayedVersion['fields'],
): unknown {
  const isRecord = form === 'record' && /^(?:$|\[)/.test(text.trim());
  return isRecord ? recordOf(text, fields) : instanceOf(text);
}

/** What would be too long for an address stands in the page alone, such as a picture. */
const MOST_IN_ADDRESS = 2_000;

function useInstanceText(fallback: string): [string, (text: string) => void] {
  const [short, setShort] = useUrlState('instance', fallback);
  const [long, setLong] = useState<string | null>(null);
  const set = (text: string) => {
    const fits = text.length <= MOST_IN_ADDRESS;
    setLong(fits ? null : text);
    if (fits) setShort(text);
  };
  return [long ?? short, set];
}

export interface InstanceFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly pipeline: PlaygroundPipeline;
  readonly fields: PlayedVersion['fields'];
}
