import { Button } from '../../components/button.js';
import { SelectField } from '../../components/fields.js';
import { Icon } from '../../components/icon.js';
import { useSearchParams } from 'wouter';
import type { TabProps } from '../model-page.js';
import { useVersionNames } from '../use-version-names.js';
import { AnswersSection } from './answers-section.js';
import { DeclaredSections } from './declared-sections.js';
import { GraphSection } from './graph-section.js';
import { LatencySection } from './latency-section.js';
import '../../components/filters.css';

/** Any two versions side by side; without a choice the newest two. */
export default function CompareTab({ model }: TabProps) {
  const [parameters, setParameters] = useSearchParams();
  const { versions, isKnown } = useVersionNames(model.name);
  const base = parameters.get('base') ?? versions[1]?.ref ?? '';
  const target = parameters.get('target') ?? versions[0]?.ref ?? '';
  const options = [...new Set([...versions.map(({ ref }) => ref), base, target])]
    .filter((ref) => ref !== '')
    .map((ref) => ({ value: ref, label: labelOf(ref, versions) }));
  const choose = (nextBase: string, nextTarget: string) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        after.set('base', nextBase);
        after.set('target', nextTarget);
        return after;
      },
      { replace: true },
    );
  if (isKnown && base === '') return <p className="empty">There have to be two versions to compare.</p>;
  return (
    <>
      <div className="filters">
        <SelectField
          label="In use now"
          value={base}
          onChange={(value) => choose(value, target)}
          options={options}
        />
        <SelectField
          label="Would take its place"
          value={target}
          onChange={(value) => choose(base, value)}
          options={options}
        />
        <Button label="Exchange the two versions" onPress={() => choose(target, base)}>
          <Icon name="next" /> Exchange
        </Button>
      </div>
      {base !== '' && target !== '' && (
        <div className="stack" key={`${base} ${target}`}>
          <DeclaredSections base={base} target={target} />
          <AnswersSection model={model.name} base={base} target={target} />
          <GraphSection base={base} target={target} />
          <LatencySection base={base} target={target} />
        </div>
      )}
    </>
  );
}

interface Named {
  readonly ref: string;
  readonly tags: readonly { readonly name: string }[];
  readonly aliases: readonly { readonly name: string }[];
}

function labelOf(ref: string, versions: readonly Named[]): string {
  const version = versions.find((each) => each.ref === ref);
  return [
    ref,
    ...(version?.aliases ?? []).map(({ name }) => name),
    ...(version?.tags ?? []).map(({ name }) => name),
  ].join(', ');
}
