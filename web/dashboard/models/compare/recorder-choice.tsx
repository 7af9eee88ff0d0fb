import { RecordingDeployments } from '../../__generated__/comparison.js';
import { usePagedList } from '../../api/paged-list.js';
import { SelectField } from '../../components/fields.js';

/** Names of the model's deployments that record what callers ask; undefined before they are known. */
export function useRecorders(model: string): readonly string[] | undefined {
  const { nodes, data } = usePagedList(
    RecordingDeployments,
    { model },
    ({ model: found }) => found?.deployments,
    { all: true },
  );
  return data && nodes.filter(({ recording }) => recording !== null).map(({ name }) => name);
}

interface RecorderChoiceProps {
  readonly recorders: readonly string[];
  readonly value: string;
  readonly onChange: (deployment: string) => void;
}

/** Whose recorded requests both versions are asked. */
export function RecorderChoice({ recorders, value, onChange }: RecorderChoiceProps) {
  // One that the address names may record no longer, or belong to another model that takes the same.
  const names = [...new Set([...recorders, value])].filter((name) => name !== '');
  if (names.length === 0)
    return (
      <p className="muted">
        {
          'No deployment of this model records requests. Recording keeps a share of what callers send, which may be confidential; it is switched on by updateDeployment(input: {name, recording: {sampleRate: 0.1}}).'
        }
      </p>
    );
  return (
    <SelectField
      label="Recorded by"
      hint="The newest 200 requests."
      value={value}
      onChange={onChange}
      options={names.map((name) => ({ value: name, label: name }))}
    />
  );
}
