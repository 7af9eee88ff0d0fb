/**
 * An actor and an instant, as Git writes them: `ada <ada@retort.invalid> 1700000000 +0000`. Actors have no address,
 * unless they are one, and `.invalid` can never be anybody's (RFC 2606).
 */
export function signatureLine(actor: string, at: Date): string {
  // eslint-disable-next-line no-control-regex -- these are what Git cannot have in a name
  const name = actor.replace(/[\u0000-\u001f\u007f<>]+/g, ' ').trim() || 'unknown';
  const local =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'unknown';
  const address = /^[^\s@]+@[^\s@]+$/.test(name) ? name : `${local}@retort.invalid`;
  return `${name} <${address}> ${Math.floor(at.getTime() / 1_000)} +0000`;
}
