import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { documentation } from '../../cli/documentation.js';

describe('docs/cli.md', () => {
  it('says what the commands say; otherwise run node scripts/cli-docs.mjs', () => {
    expect(readFileSync(resolve('docs/cli.md'), 'utf8')).toBe(documentation());
  });
});
