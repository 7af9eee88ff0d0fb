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
  return brief(instance);
}

const SHOWN_ITEMS = 3;
const SHOWN_CHARACTERS = 80;

/** JSON in which a long list, such as a spectrum, stands by its beginning and its length. */
function brief(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value);
  if (Array.isArray(value)) {
    const isLong = value.length > 2 * SHOWN_ITEMS;
    const items = (isLong ? value.slice(0, SHOWN_ITEMS) : value).map(brief);
    return `[${[...items, ...(isLong ? [`… ${value.length} in all`] : [])].join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}:${brief(part)}`)
    .join(',')}}`;
}
