import { Button } from '../components/button.js';
import { instanceLabel } from '../molecules/molecule-text.js';
import type { PlayedVersion } from './playground-page.js';

interface ExamplesProps {
  readonly examples: PlayedVersion['examples'];
  readonly onChoose: (instance: unknown) => void;
}

/** What the publisher shows that can be asked: a press asks it. */
export function Examples({ examples, onChoose }: ExamplesProps) {
  const shown = examples.filter(({ instance }) => instance !== null);
  if (shown.length === 0) return null;
  return (
    <section className="panel panel-body" aria-label="Examples">
      <h2>Examples</h2>
      <ul className="stack">
        {shown.slice(0, 20).map(({ name, description, instance }) => (
          <li key={`${name ?? ''} ${JSON.stringify(instance)}`}>
            <Button small onPress={() => onChoose(instance)}>
              {name ?? instanceLabel(instance)}
            </Button>
            {description !== null && <p className="muted">{description}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
