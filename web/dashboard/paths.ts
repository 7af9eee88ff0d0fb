/** Addresses of the pages. Names and references are encoded: they may hold what means something in an address. */

export const deploymentPath = (name: string): string => `/deployments/${encodeURIComponent(name)}`;

export const modelPath = (name: string): string => `/models/${encodeURIComponent(name)}`;

/** The playground of a version or a deployment's version, such as `esol@2`. */
export const playgroundPath = (ref: string): string => `/playground/${encodeURIComponent(ref)}`;

export function eventsPath(filter: { readonly deployment?: string; readonly model?: string }): string {
  return `/events?${new URLSearchParams(filter).toString()}`;
}
