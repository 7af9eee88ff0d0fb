import { useState } from 'react';
import { useQuery } from 'urql';
import { CreateSchedule, FileFields } from '../../__generated__/jobs.js';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../../components/fields.js';
import { FileDrop } from '../../components/file-drop.js';
import { Notice } from '../../components/notice.js';
import { useDebounced } from '../../components/use-debounced.js';
import { formatBytes } from '../../formats/numbers.js';
import { ColumnField, ColumnFields } from '../files/column-fields.js';
import { ROW_FILES } from '../files/row-files.js';
import { useRowFile } from '../files/use-row-file.js';

const RHYTHMS = [
  { value: 'P1D', label: 'day' },
  { value: 'P7D', label: 'week' },
  { value: 'PT1H', label: 'hour' },
  { value: 'cron', label: 'time that a cron expression says' },
];
const SOURCES = [
  { value: 'outcomes', label: 'what the laboratory recorded' },
  { value: 'file', label: 'a file of rows whose values are known' },
];
const WINDOWS = [
  { value: 'P7D', label: '7 days' },
  { value: 'P30D', label: '30 days' },
  { value: 'P90D', label: '90 days' },
];

interface ScheduleDialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A new schedule: what is measured, on which rows, and how often. */
export function ScheduleDialog({ onClose, onDone }: ScheduleDialogProps) {
  const [name, setName] = useState('');
  const [target, setTarget] = useState('');
  const [rhythm, setRhythm] = useState('P1D');
  const [cron, setCron] = useState('0 6 * * MON');
  const [source, setSource] = useState('outcomes');
  const [window, setWindow] = useState('P30D');
  const [dataset, setDataset] = useState('');
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [measured, setMeasured] = useState('');
  const [reason, setReason] = useState('');
  const { file, take } = useRowFile();
  const action = useAction(CreateSchedule);
  const subject = target.trim();
  const ref = useDebounced(subject, 300);
  const [{ data }] = useQuery({
    query: FileFields,
    variables: { ref },
    pause: ref === '' || source !== 'file',
  });
  const columns = file.phase === 'sent' ? file.columns : null;

  const rowsOf = () => {
    if (source === 'outcomes') return { outcomes: { window } };
    if (file.phase !== 'sent') return null;
    const mapped = Object.entries(chosen).filter(([, column]) => column.trim() !== '');
    return {
      artifact: file.digest,
      format: file.format,
      target: measured.trim(),
      ...(mapped.length > 0 && { columns: Object.fromEntries(mapped) }),
    };
  };
  const submit = async () => {
    const rows = rowsOf();
    if (rows === null) return;
    const done = await action.run({
      input: {
        name: name.trim(),
        every: rhythm === 'cron' ? cron.trim() : rhythm,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        evaluation: {
          ...(subject.includes('@') ? { version: subject } : { deployment: subject }),
          ...rows,
          ...(dataset.trim() !== '' && { dataset: dataset.trim() }),
        },
        reason: reason.trim() === '' ? null : reason.trim(),
      },
    });
    if (done === null) return;
    onDone();
    onClose();
  };
  const isReady =
    name.trim() !== '' &&
    subject !== '' &&
    (source === 'outcomes' || (file.phase === 'sent' && measured.trim() !== ''));

  return (
    <Dialog title="New schedule" onClose={onClose} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          What is found is kept with the version, and told by an event. Alert rules, comparisons and guards of
          migrations go by it.
        </p>
        <div className="form-row">
          <TextField
            label="Name"
            placeholder="nightly"
            value={name}
            onChange={setName}
            fault={action.faultAt('name')}
          />
          <TextField
            label="Deployment or version"
            hint="Of a deployment, or an alias such as esol@production, what it means then."
            value={target}
            onChange={setTarget}
            fault={action.faultAt('evaluation', 'deployment') ?? action.faultAt('evaluation', 'version')}
          />
        </div>
        <div className="form-row">
          <SelectField
            label="Every"
            options={RHYTHMS}
            value={rhythm}
            onChange={setRhythm}
            fault={rhythm === 'cron' ? null : action.faultAt('every')}
          />
          {rhythm === 'cron' && (
            <TextField
              label="Cron expression"
              hint="Minute, hour, day, month, weekday, by your clock."
              value={cron}
              onChange={setCron}
              fault={action.faultAt('every')}
            />
          )}
        </div>
        <div className="form-row">
          <SelectField label="Measured on" options={SOURCES} value={source} onChange={setSource} />
          {source === 'outcomes' && (
            <SelectField
              label="Of the last"
              options={WINDOWS}
              value={window}
              onChange={setWindow}
              fault={action.faultAt('evaluation', 'outcomes')}
            />
          )}
          <TextField
            label="Name of the rows"
            hint="By which comparisons, guards and alert rules find it."
            placeholder={
              source === 'outcomes' ? `outcomes of ${subject === '' ? 'esol' : subject}` : 'test split'
            }
            value={dataset}
            onChange={setDataset}
            fault={action.faultAt('evaluation', 'dataset')}
          />
        </div>
        {source === 'file' && (
          <FileDrop
            label="Drop a CSV, TSV, JSONL, SDF, SMI or Parquet file here"
            accepted={ROW_FILES}
            onFile={(dropped) => void take(dropped)}
          />
        )}
        {source === 'file' && file.phase === 'failed' && <Notice kind="bad">{file.message}</Notice>}
        {source === 'file' && file.phase === 'sent' && (
          <>
            <Notice kind="good">{`${file.name}, ${formatBytes(file.size)}, read as ${file.format}.`}</Notice>
            <ColumnFields
              fields={data?.previewPipeline.fields ?? []}
              columns={columns}
              chosen={chosen}
              onChange={setChosen}
            />
            <ColumnField
              label="Column of what was measured"
              hint="In the unit of the result; labels for a classifier."
              columns={columns}
              none="Choose…"
              value={measured}
              onChange={setMeasured}
              fault={action.faultAt('evaluation', 'target')}
            />
          </>
        )}
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action
          .otherFaults(
            'name',
            'every',
            'evaluation.deployment',
            'evaluation.version',
            'evaluation.outcomes',
            'evaluation.dataset',
            'evaluation.target',
            'reason',
          )
          .map((message) => (
            <Notice key={message} kind="bad">
              {message}
            </Notice>
          ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning || !isReady}>
            Make the schedule
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
