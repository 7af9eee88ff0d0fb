import { canonicalJson } from '../archive/canonical-json.js';
import type { Manifest, ManifestDescription } from '../archive/manifest.js';
import { planModel } from './plan-model.js';

/**
 * What versions were published under, so that it still says so once model and versions have come together: the archive
 * knows for its own versions, this catalog for those it alone has.
 */
export function newDescriptions(archive: Manifest, here: Manifest | null): ManifestDescription[] {
  if (!here) return archive.descriptions;
  const [there, own] = [archive.versions.length, here.versions.length];
  const kept: ManifestDescription[] = [];
  const differ = canonicalJson(descriptionOf(archive, 1)) !== canonicalJson(descriptionOf(here, 1));
  const takesOver = planModel(archive, here).action === 'UPDATED';
  // What the model says from now on is the archive's where something changed, and this catalog's otherwise.
  if (differ && takesOver && own > there) kept.push(descriptionOf(archive, there), descriptionOf(here, own));
  if (differ && !takesOver && there > own) kept.push(descriptionOf(archive, there));
  return [...archive.descriptions, ...kept.filter(({ untilVersion }) => untilVersion > 0)];
}

function descriptionOf({ model }: Manifest, untilVersion: number): ManifestDescription {
  const { title, summary, domain, labels, card } = model;
  return { untilVersion, title, summary, domain, labels, card };
}
