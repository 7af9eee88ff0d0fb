/** The text of an instance that is a molecule, as `Query.depiction` takes it; null where there is none. */
export function moleculeTextOf(instance: unknown): string | null {
  if (typeof instance === 'string') return instance;
  if (typeof instance !== 'object' || instance === null) return null;
  const { smiles, molblock } = instance as { smiles?: unknown; molblock?: unknown };
  if (typeof smiles === 'string') return smiles;
  return typeof molblock === 'string' ? molblock : null;
}

/** Short enough for a line. */
export function instanceLabel(instance: unknown): string {
  if (typeof instance === 'string') return instance;
  const { smiles, molblock } = (instance ?? {}) as { smiles?: unknown; molblock?: unknown };
  if (typeof smiles === 'string') return smiles;
  if (typeof molblock === 'string') {
    const [name = ''] = molblock.split(/\r?\n/, 1);
    return name.trim() === '' ? 'a MOL file' : name.trim();
  }
  return JSON.stringify(instance);
}
