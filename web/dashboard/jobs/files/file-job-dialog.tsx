import { useState } from 'react';
import { useQuery } from 'urql';
import { EvaluateVersion, FileFields, StartBatchPrediction } from '../../__generated__/jobs.js';
import type { FileFormat } from '../../__generated__/operations.js';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../../components/fields.js';
import { FileDrop } from '../../components/file-drop.js';
import { Notice } from '../../components/notice.js';
import { useDebounced } from '../../components/use-debounced.js';
import { formatBytes, formatShare } from '../../formats/numbers.js';
import { ColumnField, ColumnFields } from './column-fields.js';
import { ROW_FILES } from './row-files.js';
import { useRowFile } from './use-row-file.js';

interface FileJobDialogProps {
  readonly purpose: 'predict' | 'evaluate';
  /** Reference of the version; asked for when it is empty. */
  readonly version?: string;
  readonly onClose: () => void;
  readonly onStarted: (job: string) => void;
}

const WORDS = {
  predict: {
    title: 'Predict every row of a file',
    lead: 'Every row is answered behind all requests; the result has a row for each, with the file’s other columns.',
    confirm: 'Start',
  },
  evaluate: {
    title: 'Evaluate on a file',
    lead: 'Every row is answered and compared with what was measured. What is found is kept with the version.',
    confirm: 'Evaluate',
  },
} as const;

const FORMATS: readonly FileFormat[] = ['CSV', 'TSV', 'JSONL', 'PARQUET'];

/** A file of rows to be answered, or to be compared with, as a job. */
export function FileJobDialog({ purpose, version: given = '', onClose, onStarted }: FileJobDialogProps) {
  const { title, lead, confirm } = WORDS[purpose];
  const [version, setVersion] = useState(given);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [target, setTarget] = useState('');
  const [groupBy, setGroupBy] = useState('');
  const [dataset, setDataset] = useState('');
  const [outputFormat, setOutputFormat] = useState('');
  const [level, setLevel] = useState('0.9');
  const [reason, setReason] = useState('');
  const { file, take } = useRowFile();
  const batch = useAction(StartBatchPrediction);
  const evaluation = useAction(EvaluateVersion);
  const action = purpose === 'predict' ? batch : evaluation;
  const ref = useDebounced(version.trim(), 300);
  const [{ data }] = useQuery({ query: FileFields, variables: { ref }, pause: ref === '' });
  const fields = data?.previewPipeline.fields ?? [];
  const columns = file.phase === 'sent' ? file.columns : null;

  // Of columns of instances only the server knows all ways: a nuclide may come by its symbol.
  const isMissing = purpose === 'evaluate' && target.trim() === '';

  const submit = async () => {
    if (file.phase !== 'sent') return;
    const mapped = Object.entries(chosen).filter(([, column]) => column.trim() !== '');
    const shared = {
      version: version.trim(),
      artifact: file.digest,
      format: file.format,
      level: Number(level),
      reason: reason.trim() === '' ? null : reason.trim(),
      ...(mapped.length > 0 && { columns: Object.fromEntries(mapped) }),
    };
    if (purpose === 'predict') {
      const done = await batch.run({
        input: { ...shared, ...(outputFormat !== '' && { outputFormat: outputFormat as FileFormat }) },
      });
      if (done?.startBatchPrediction.job) onStarted(done.startBatchPrediction.job.id);
      return;
    }
    const done = await evaluation.run({
      input: {
        ...shared,
        target: target.trim(),
        ...(groupBy.trim() !== '' && { groupBy: groupBy.trim() }),
        ...(dataset.trim() !== '' && { dataset: dataset.trim() }),
      },
    });
    if (done?.evaluateVersion.job) onStarted(done.evaluateVersion.job.id);
  };

  return (
    <Dialog title={title} onClose={onClose} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{lead}</p>
        {given === '' && (
          <TextField
            label="Version"
            placeholder="esol@production"
            value={version}
            onChange={setVersion}
            fault={action.faultAt('version')}
          />
        )}
        <FileDrop
          label="Drop a CSV, TSV, JSONL, SDF, SMI or Parquet file here"
          accepted={ROW_FILES}
          onFile={(dropped) => void take(dropped)}
        />
        {file.phase === 'failed' && <Notice kind="bad">{file.message}</Notice>}
        {file.phase === 'sending' && (
          <label className="progress">
            <span>
              {file.name}: {formatShare(Math.floor(file.share * 100) / 100)}
            </span>
            <progress value={file.share} max={1} />
          </label>
        )}
        {file.phase === 'sent' && (
          <>
            <Notice kind="good">{`${file.name}, ${formatBytes(file.size)}, read as ${file.format}.`}</Notice>
            <ColumnFields fields={fields} columns={columns} chosen={chosen} onChange={setChosen} />
            {purpose === 'evaluate' && (
              <div className="form-row">
                <ColumnField
                  label="Column of what was measured"
                  hint="In the unit of the result; labels for a classifier."
                  columns={columns}
                  none="Choose…"
                  value={target}
                  onChange={setTarget}
                  fault={action.faultAt('target')}
                />
                <ColumnField
                  label="Measured apart by"
                  columns={columns}
                  none="(nothing)"
                  value={groupBy}
                  onChange={setGroupBy}
                  fault={action.faultAt('groupBy')}
                />
                <TextField
                  label="Name of the rows"
                  hint="Metrics of one name are compared between versions."
                  placeholder="test split"
                  value={dataset}
                  onChange={setDataset}
                  fault={action.faultAt('dataset')}
                />
              </div>
            )}
            <div className="form-row">
              {purpose === 'predict' && (
                <SelectField
                  label="Result as"
                  value={outputFormat}
                  onChange={setOutputFormat}
                  options={[
                    { value: '', label: `${file.format}, as the file` },
                    ...FORMATS.filter((format) => format !== file.format).map((format) => ({
                      value: format,
                      label: format,
                    })),
                  ]}
                  fault={action.faultAt('outputFormat')}
                />
              )}
              <SelectField
                label="Level of intervals"
                value={level}
                onChange={setLevel}
                options={['0.5', '0.8', '0.9', '0.95', '0.99'].map((value) => ({
                  value,
                  label: `${Number(value) * 100} %`,
                }))}
                fault={action.faultAt('level')}
              />
            </div>
          </>
        )}
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action
          .otherFaults('version', 'target', 'groupBy', 'dataset', 'outputFormat', 'level', 'reason')
          .map((message) => (
            <Notice key={message} kind="bad">
              {message}
            </Notice>
          ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button
            type="submit"
            primary
            isDisabled={action.isRunning || file.phase !== 'sent' || version.trim() === '' || isMissing}
          >
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
