import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MoleculeWorker } from '../../../src/pipelines/index.js';
import {
  canonicalDescriptor,
  DESCRIPTOR_NAMES,
  isDescriptor,
  unknownDescriptor,
} from '../../../src/pipelines/molecules/descriptors.js';

const { molecules } = JSON.parse(readFileSync('test/fixtures/python-rdkit-descriptors.json', 'utf8')) as {
  molecules: Record<string, Record<string, number>>;
};
const worker = new MoleculeWorker();
afterAll(() => worker.close());

describe("Python RDKit's names of descriptors", () => {
  it.each(Object.keys(molecules))('give the numbers Python gives: %s', async (smiles) => {
    const expected = molecules[smiles] ?? {};
    const names = Object.keys(expected).filter(isDescriptor);
    expect(names).toEqual(Object.keys(expected));
    const [row] = await worker.read([smiles], {
      descriptors: names.map(canonicalDescriptor),
      fingerprints: [],
    });
    const values = row?.readable ? row.descriptors : [];
    const wrong = names.flatMap((name, index) => {
      const [value = NaN, wanted = NaN] = [values[index], expected[name]];
      return Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted))
        ? []
        : [{ name, value, wanted }];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['logP', /the nearest are clogP, MolLogP, CrippenClogP/],
    ['MolLogp', /the nearest are MolLogP/],
    ['tspa', /the nearest are .*TPSA/i],
    ['mw', /the nearest are amw/],
    ['NumHDonor', /the nearest are NumHDonors/],
    ['zzzzzzzzzz', /docs\/pipelines\.md lists them/],
    [7, /docs\/pipelines\.md lists them/],
  ])('an unknown one, %j, answers the nearest', (given, message) => {
    expect(unknownDescriptor(given)).toMatch(message);
    expect(unknownDescriptor(given).length).toBeLessThan(150);
  });

  it('are all in docs/pipelines.md', () => {
    const page = readFileSync('docs/pipelines.md', 'utf8');
    expect(DESCRIPTOR_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
