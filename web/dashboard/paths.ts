/** Addresses of the pages. Names and references are encoded: they may hold what means something in an address. */

export const deploymentPath = (name: string): string => `/deployments/${encodeURIComponent(name)}`;

/** The card, or another tab of a model's page. */
export const modelPath = (name: string, tab = ''): string =>
  `/models/${encodeURIComponent(name)}${tab === '' ? '' : `/${tab}`}`;

export function versionPath({ ref, number }: { readonly ref: string; readonly number: number }): string {
  return modelPath(modelOf(ref), `versions/${number}`);
}

export function comparePath(name: string, base: string, target: string): string {
  return `${modelPath(name, 'compare')}?${new URLSearchParams({ base, target }).toString()}`;
}

/** The playground of a version or a deployment's version, such as `esol@2`. */
export const playgroundPath = (ref: string): string => `/playground/${readable(ref)}`;

/** The steps from a file, or from a version that is published, to a deployment. */
export function publishPath(done: { readonly model?: string; readonly version?: string } = {}): string {
  const query = new URLSearchParams(done).toString();
  return `/publish${query === '' ? '' : `?${query}`}`;
}

/** The catalog, searched. */
export function catalogPath(filter: { readonly q?: string; readonly label?: string }): string {
  return `/catalog?${new URLSearchParams(filter).toString()}`;
}

export function eventsPath(filter: { readonly deployment?: string; readonly model?: string }): string {
  return `/events?${new URLSearchParams(filter).toString()}`;
}

/** "esol" of "esol@2". */
export function modelOf(ref: string): string {
  return ref.split('@', 1)[0] ?? ref;
}

/** Encoded, but for what a path may hold as it is: esol@2, not esol%402. */
function readable(ref: string): string {
  return encodeURIComponent(ref).replaceAll('%40', '@').replaceAll('%3A', ':');
}

/** A part of the path as the router gives it, which leaves what means something in an address encoded. */
export function decoded(parameter: string | undefined): string {
  try {
    return decodeURIComponent(parameter ?? '');
  } catch {
    // Typed by hand: no name has a lone percent sign.
    return parameter ?? '';
  }
}
