import { elementTable } from './element-table.js';

/** What is known of an element, with its unit. */
export const ELEMENT_PROPERTIES = {
  atomicNumber: '1',
  atomicMass: 'g/mol',
  period: '1',
  group: '1',
  electronegativity: '1',
  covalentRadius: 'pm',
  vanDerWaalsRadius: 'pm',
  ionizationEnergy: 'eV',
  valenceElectrons: '1',
  polarizability: 'a.u.',
} as const;
export type ElementProperty = keyof typeof ELEMENT_PROPERTIES;
export const ELEMENT_PROPERTY_NAMES = Object.keys(ELEMENT_PROPERTIES) as ElementProperty[];

/** In the order of the table, behind the symbol. */
const COLUMNS = ELEMENT_PROPERTY_NAMES.filter((name) => name !== 'atomicNumber');

const rows: readonly (readonly number[])[] = elementTable
  .trim()
  .split('\n')
  .map((line) => line.split(' ').slice(1).map(Number));

/** NaN where none is tabulated: helium has no electronegativity, lanthanides no group. */
export function elementProperty(z: number, property: ElementProperty): number {
  return property === 'atomicNumber' ? z : (rows[z - 1]?.[COLUMNS.indexOf(property)] ?? NaN);
}
