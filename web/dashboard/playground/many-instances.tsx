import { useState } from 'react';
import { Button } from '../components/button.js';
import { TextField } from '../components/fields.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { RowsTable } from './answer/rows-table.js';
import { moleculeIn } from './answer/molecule-in.js';
import { TimingLine } from './answer/timing-line.js';
import { FileDrop } from '../components/file-drop.js';
import { instanceOf, instanceText, shortened } from './instance-text.js';
import { LevelField, useLevel } from './level-field.js';
import type { PlayedPipeline } from './one-instance.js';
import type { InstanceForm } from './pipeline.js';
import { ACCEPTED, MOST_BYTES, MOST_ROWS, readRows } from './rows/read-rows.js';
import { tableOf, typedRecords } from './rows/records-of-table.js';
import { SnippetPanel } from './snippets/snippet-panel.js';
import { usePrediction } from './use-prediction.js';

const HINTS: Readonly<Record<InstanceForm, string>> = {
  molecule: 'One SMILES a line.',
  nuclide: 'One nuclide a line: Fe-56, or {"z": 26, "n": 30}.',
  particles: 'One set of particles a line, as JSON: {"positions": [[0, 0, 0], [1, 0, 0]]}.',
  record:
    'A table whose first line names the columns, as it is copied out of a spreadsheet; or one JSON object a line.',
};

/** Many questions at once: typed line by line, or out of a file that is read in the browser. */
export function ManyInstances({ version, pipeline }: PlayedPipeline) {
  const { form } = pipeline;
  const [text, setText] = useState(() => {
    const examples = version.examples.flatMap(({ instance }) =>
      instance === null ? [] : [instance as unknown],
    );
    return form === 'record' ? tableOf(examples, version.fields) : examples.map(instanceText).join('\n');
  });
  const [level, setLevel] = useLevel();
  /** Structures of several lines do not fit into the field. */
  const [loaded, setLoaded] = useState<readonly unknown[] | null>(null);
  const [note, setNote] = useState<{
    readonly kind: 'info' | 'warn' | 'bad';
    readonly message: string;
  } | null>(null);
  const { asked, ask } = usePrediction(version.ref, level);
  const typed = loaded ?? typedRows(text, pipeline, version);
  const instances = typeof typed === 'string' ? [] : typed;
  const take = async (file: File) => {
    try {
      if (file.size > MOST_BYTES)
        throw new Error(
          `${file.name} has ${Math.round(file.size / 1e6)} MB: expected at most ${MOST_BYTES / 1e6}. The command “retort predict” takes files of any size.`,
        );
      const { instances: rows, total } = readRows(file.name, await file.text(), form, version.fields);
      setLoaded(rows);
      setNote(
        total > rows.length
          ? {
              kind: 'warn',
              message: `${file.name} has ${total} rows; the first ${rows.length} are taken. The command “retort predict” takes all.`,
            }
          : { kind: 'info', message: `${rows.length} rows of ${file.name}.` },
      );
    } catch (error) {
      setNote({ kind: 'bad', message: error instanceof Error ? error.message : String(error) });
    }
  };
  const tooMany = instances.length > MOST_ROWS;
  return (
    <div className="playground">
      <div className="stack">
        <section className="panel panel-body stack" aria-label="Rows">
          {loaded === null ? (
            <TextField
              label="Rows"
              hint={HINTS[form]}
              value={text}
              onChange={setText}
              lines={10}
              fault={typeof typed === 'string' ? typed : null}
            />
          ) : (
            <div className="row">
              <span>{loaded.length} rows of a file.</span>
              <Button
                small
                onPress={() => {
                  setLoaded(null);
                  setNote(null);
                }}
              >
                Type rows instead
              </Button>
            </div>
          )}
          <FileDrop
            accepted={ACCEPTED}
            label="Drop a CSV, SMI, SDF or JSONL file here"
            onFile={(file) => void take(file)}
          />
          {note && <Notice kind={note.kind}>{note.message}</Notice>}
          {tooMany && (
            <Notice kind="bad">
              {instances.length} rows: expected at most {MOST_ROWS}. The command “retort predict” takes more.
            </Notice>
          )}
          <div className="row asking">
            <LevelField value={level} onChange={setLevel} />
            <Button
              primary
              isDisabled={instances.length === 0 || tooMany}
              onPress={() => void ask(instances)}
            >
              <Icon name="playground" />
              Predict {instances.length === 1 ? '1 row' : `${instances.length} rows`}
            </Button>
            {asked.phase === 'asking' && <span className="muted">Asking…</span>}
          </div>
        </section>
      </div>
      <div className="stack">
        <section className="panel panel-body" aria-label="Answers">
          <h2>Answers</h2>
          <p className="visually-hidden" role="status">
            {asked.phase === 'answered' && `${asked.answer.predictions.length} rows are answered.`}
          </p>
          {asked.phase === 'failed' && <Notice kind="bad">{asked.message}</Notice>}
          {asked.phase === 'idle' && (
            <p className="muted">A bad row has its own error; the others are answered.</p>
          )}
          {asked.phase === 'answered' && (
            <>
              <TimingLine answer={asked.answer} roundTripMs={asked.roundTripMs} />
              <RowsTable
                key={asked.roundTripMs}
                name={version.ref}
                instances={asked.instances}
                predictions={asked.answer.predictions}
                moleculeOf={(instance) => moleculeIn(instance, version)}
              />
            </>
          )}
        </section>
        <SnippetPanel version={version.ref} instances={instances.slice(0, 20).map(shortened)} level={level} />
      </div>
    </div>
  );
}

/** Instances out of what is typed; a sentence where it cannot be read. */
function typedRows(
  text: string,
  { form }: PlayedPipeline['pipeline'],
  { fields }: PlayedPipeline['version'],
): readonly unknown[] | string {
  if (form !== 'record')
    return text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .map(instanceOf);
  try {
    return typedRecords(text, fields);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
