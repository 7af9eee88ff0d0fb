import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { packageRoot } from '../../src/platform/package-root.js';

export interface Solubility {
  readonly compound: string;
  readonly smiles: string;
  /** log10(mol/L) */
  readonly measured: number;
  readonly published: number;
}

export interface MeasuredNuclide {
  readonly z: number;
  readonly n: number;
  /** Total, in MeV. */
  readonly bindingEnergy: number;
}

export interface MeatSpectrum {
  /** Wavelengths in nm, and absorbances. */
  readonly spectrum: { readonly x: readonly number[]; readonly y: readonly number[] };
  /** Measured, in %. */
  readonly fat: number;
}

export interface Wine {
  /** Thirteen measurements, by name. */
  readonly measurements: Readonly<Record<string, number>>;
  readonly cultivar: string;
}

/** Delaney's molecules, measured and as his paper predicts them. */
export async function solubilities(): Promise<Solubility[]> {
  return (await rows('delaney-solubility.csv')).map(([compound = '', smiles = '', measured, published]) => ({
    compound: compound.trim(),
    smiles: smiles.trim(),
    measured: Number(measured),
    published: Number(published),
  }));
}

export async function measuredNuclides(): Promise<MeasuredNuclide[]> {
  return (await rows('ame2020-binding-energy.csv')).map(([z, n, a, , perNucleonKev]) => ({
    z: Number(z),
    n: Number(n),
    bindingEnergy: (Number(perNucleonKev) * Number(a)) / 1000,
  }));
}

/**
 * Spectra of meat, each once: 22 of the file's 215 lines are there twice, and would be known to a model that was trained on
 * the other. Its channels lie at equal distances.
 */
export async function meatSpectra(): Promise<MeatSpectrum[]> {
  const [first, last] = [850, 1050];
  const lines = (await text('tecator-meat.csv')).trim().split('\n').slice(1);
  return [...new Set(lines)].map((line) => {
    const [, fat = NaN, , ...y] = line.split(',').map(Number);
    const x = y.map((_, channel) => Number((first + ((last - first) * channel) / (y.length - 1)).toFixed(2)));
    return { spectrum: { x, y }, fat };
  });
}

export async function wines(): Promise<Wine[]> {
  const [names = [], ...lines] = csvRows(await text('wine-cultivars.csv'));
  return lines.map((line) => ({
    measurements: Object.fromEntries(names.slice(0, -1).map((name, place) => [name, Number(line[place])])),
    cultivar: line.at(-1) ?? '',
  }));
}

/** The 30 particles of NIST's fourth Lennard-Jones configuration, in a cubic box of side 8. */
export async function nistConfiguration(): Promise<number[][]> {
  const lines = (await text('nist-lj-configuration-4.xyz')).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).slice(1).map(Number));
}

async function rows(file: string): Promise<string[][]> {
  return csvRows(await text(file)).slice(1);
}

/** Every line of a CSV file (RFC 4180), its header too. */
export function csvRows(content: string): string[][] {
  return parse(content);
}

async function text(file: string): Promise<string> {
  return readFile(join(packageRoot, 'examples/data', file), 'utf8');
}
