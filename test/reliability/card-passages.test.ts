import { describe, expect, it } from '@jest/globals';
import { passageUnder } from '../../src/reliability/report/card-passages.js';

const CARD = `# Solubility

About it.

## Mechanism ##
Polar groups help.

### In detail
Hydrogen bonds.

\`\`\`
## Not a heading
\`\`\`

## Limits
None.
`;

describe('what a card says under a heading', () => {
  it('ends with the next heading of the same or a higher level, and not within code', () => {
    const text = passageUnder(CARD, /mechanis/i);
    expect(text).toBe('Polar groups help.\n\n### In detail\nHydrogen bonds.\n\n```\n## Not a heading\n```');
    expect(passageUnder(CARD, /limit/i)).toBe('None.');
  });

  it('is nothing where there is no such heading, or nothing under it', () => {
    expect(passageUnder(CARD, /domain/i)).toBeNull();
    expect(passageUnder('# Mechanism\n\n# Next\ntext', /mechanism/i)).toBeNull();
  });
});
