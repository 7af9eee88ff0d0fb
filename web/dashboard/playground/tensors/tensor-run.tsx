import { useState } from 'react';
import { useClient } from 'urql';
import { Form } from 'react-aria-components/Form';
import { Button } from '../../components/button.js';
import { TextField } from '../../components/fields.js';
import { Icon } from '../../components/icon.js';
import { Notice } from '../../components/notice.js';
import { sentences } from '../../components/query-error.js';
import { Infer } from '../../__generated__/playground.js';
import type { InferMutation, TensorInput } from '../../__generated__/operations.js';
import { Code } from '../../components/code.js';
import { TimingLine } from '../answer/timing-line.js';
import type { PlayedVersion } from '../playground-page.js';
import { SnippetPanel } from '../snippets/snippet-panel.js';
import { firstTensors, tensorInputs, type TensorText } from './tensor-text.js';

type Run =
  | { readonly phase: 'idle' | 'running' }
  | { readonly phase: 'failed'; readonly message: string }
  | { readonly phase: 'answered'; readonly answer: InferMutation['infer']; readonly roundTripMs: number };

/** The graph alone: tensors in, tensors out. */
export function TensorRun({ version }: { readonly version: PlayedVersion }) {
  const client = useClient();
  const [texts, setTexts] = useState<readonly TensorText[]>(() => firstTensors(version));
  const [run, setRun] = useState<Run>({ phase: 'idle' });
  const read = tensorInputs(texts);
  const submit = async (inputs: readonly TensorInput[]) => {
    setRun({ phase: 'running' });
    const begun = performance.now();
    const { data, error } = await client
      .mutation(Infer, { input: { version: version.ref, inputs } })
      .toPromise();
    const roundTripMs = performance.now() - begun;
    const refused = data?.infer.userErrors.map(({ message }) => message).join(' ') ?? '';
    if (error || !data)
      setRun({ phase: 'failed', message: error ? sentences(error) : 'The server gave no answer.' });
    else if (refused !== '') setRun({ phase: 'failed', message: refused });
    else setRun({ phase: 'answered', answer: data.infer, roundTripMs });
  };
  const change = (name: string, changed: Partial<TensorText>) =>
    setTexts(texts.map((text) => (text.name === name ? { ...text, ...changed } : text)));
  return (
    <div className="playground">
      <Form
        className="panel panel-body stack"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (read.inputs !== null) void submit(read.inputs);
        }}
      >
        <h2>Inputs</h2>
        {texts.map(({ name, datatype, shape, data, about }) => (
          <fieldset key={name} className="tensor">
            <legend>
              <span className="mono">{name}</span> <span className="muted">{datatype}</span>
            </legend>
            {about !== '' && <p className="muted">{about}</p>}
            <TextField
              label="Shape"
              value={shape}
              onChange={(value) => change(name, { shape: value })}
              fault={read.faults[name]?.shape ?? null}
            />
            <TextField
              label="Values"
              hint="JSON, flat or nested, in row-major order."
              lines={4}
              value={data}
              onChange={(value) => change(name, { data: value })}
              fault={read.faults[name]?.data ?? null}
            />
          </fieldset>
        ))}
        <div className="row">
          <Button primary type="submit" isDisabled={read.inputs === null || run.phase === 'running'}>
            <Icon name="playground" />
            Run
          </Button>
        </div>
      </Form>
      <div className="stack">
        <section className="panel panel-body" aria-label="Outputs" aria-live="polite">
          <h2>Outputs</h2>
          {run.phase === 'idle' && <p className="muted">What the graph answers, as it is.</p>}
          {run.phase === 'running' && <p className="muted">Running…</p>}
          {run.phase === 'failed' && <Notice kind="bad">{run.message}</Notice>}
          {run.phase === 'answered' && (
            <>
              {run.answer.outputs?.map(({ name, datatype, shape, data }) => (
                <div key={name}>
                  <h3>
                    <span className="mono">{name}</span>{' '}
                    <span className="muted">
                      {datatype} [{shape.join(', ')}]
                    </span>
                  </h3>
                  <Code label={`Values of ${name}`} code={JSON.stringify(data).slice(0, 20_000)} />
                </div>
              ))}
              <TimingLine answer={run.answer} roundTripMs={run.roundTripMs} />
            </>
          )}
        </section>
        {read.inputs !== null && <SnippetPanel version={version.ref} inputs={read.inputs} />}
      </div>
    </div>
  );
}
