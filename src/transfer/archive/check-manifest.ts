import { checkAttachmentInputs, checkModelTexts } from '../../catalog/index.js';
import { checkAliasName, checkName, checkTagName } from '../../catalog/index.js';
import { checkPublicationTexts } from '../../catalog/index.js';
import { MAX_ALIASES_PER_MODEL, MAX_TAGS_PER_VERSION } from '../../catalog/index.js';
import { checkAliasHistory } from '../import/check-alias-history.js';
import { byRule, invalidArchive } from './archive-errors.js';
import { evaluationKey } from './manifest-evaluations.js';
import type { Manifest, ManifestVersion } from './manifest.js';

/**
 * Whether a manifest of the right shape describes a model as this catalog could have made it: the same rules for names
 * and texts, and everything that is referred to is there.
 *
 * @throws DomainError ARCHIVE_INVALID
 */
export function checkManifest(manifest: Manifest): void {
  const { model, descriptions, versions, tags, aliases } = manifest;
  byRule('model', () => {
    checkName('model', model.name, []);
    checkModelTexts(model);
  });
  for (const [index, description] of descriptions.entries()) {
    const { untilVersion } = description;
    if (untilVersion <= (descriptions[index - 1]?.untilVersion ?? 0) || untilVersion > versions.length)
      throw invalidArchive(`its description until version ${untilVersion} is out of place`);
    byRule(`the description until version ${untilVersion}`, () => checkModelTexts(description));
  }
  checkVersions(manifest);
  for (const { name } of tags) byRule(`tag ${JSON.stringify(name)}`, () => checkTagName(name, []));
  for (const { name } of aliases) byRule(`alias ${JSON.stringify(name)}`, () => checkAliasName(name, []));
  checkNames(manifest);
  for (const { name, version } of [...tags, ...aliases])
    if (version > versions.length)
      throw invalidArchive(`"${name}" names version ${version}, which it does not have`);
  checkAliasHistory(manifest);
  checkEvaluations(manifest);
}

function checkEvaluations({ evaluations = [], versions }: Manifest): void {
  for (const [index, evaluation] of evaluations.entries()) {
    const before = evaluations[index - 1];
    const { version, rows, failed } = evaluation;
    if (version > versions.length)
      throw invalidArchive(`an evaluation is of version ${version}, which it does not have`);
    if (before && evaluationKey(before) >= evaluationKey(evaluation))
      throw invalidArchive(`its evaluations are not in order, each once, at version ${version}`);
    if (failed > rows) throw invalidArchive(`more rows failed than an evaluation of version ${version} has`);
  }
}

function checkVersions({ versions, blobs }: Manifest): void {
  ascending(
    'blobs',
    blobs.map(({ digest }) => digest),
  );
  const unused = new Set(blobs.map(({ digest }) => digest));
  const known = new Set(unused);
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]));
  for (const [index, version] of versions.entries()) {
    const { number, artifact, derivedFrom } = version;
    if (number !== index + 1)
      throw invalidArchive(`expected version ${index + 1} in its place, got ${number}`);
    if (!known.has(artifact))
      throw invalidArchive(`version ${number} consists of ${artifact}, which is not among its blobs`);
    unused.delete(artifact);
    checkAttached(version, sizes, unused);
    byRule(`version ${number}`, () => {
      checkPublicationTexts({
        ...version,
        derivedFrom: derivedFrom.map(() => PARENT),
      });
    });
    const parents = new Set<string>();
    for (const { model, number: parent, digest } of derivedFrom) {
      if (model !== null) byRule(`version ${number}`, () => checkName('model', model, []));
      // Parents come first, so no version can be made from itself, whichever way round.
      else if (parent >= number || versions[parent - 1]?.artifact !== digest)
        throw invalidArchive(
          `version ${number} was made from version ${parent}, which is not an earlier one of these bytes`,
        );
      parents.add(`${model ?? ''}@${parent}`);
    }
    if (parents.size < derivedFrom.length) throw invalidArchive(`version ${number} names a parent twice`);
  }
  const [surplus] = unused;
  if (surplus !== undefined)
    throw invalidArchive(`no version consists of its blob ${surplus}, or has it attached`);
}

/** The form of what is attached, and that its bytes are there. */
function checkAttached(
  { number, attachments = [] }: ManifestVersion,
  sizes: ReadonlyMap<string, number>,
  unused: Set<string>,
): void {
  byRule(`version ${number}`, () => checkAttachmentInputs(attachments));
  for (const { digest, size } of attachments) {
    if (sizes.get(digest) !== size)
      throw invalidArchive(
        `version ${number} has ${digest} of ${size} bytes attached, which is not among its blobs`,
      );
    unused.delete(digest);
  }
}

const PARENT = { version: '', relation: 'CONVERTED' } as const;

/** Within a model no two tags or aliases share a name, whichever they are. */
function checkNames({ tags, aliases }: Manifest): void {
  ascending(
    'tags',
    tags.map(({ name }) => name),
  );
  ascending(
    'aliases',
    aliases.map(({ name }) => name),
  );
  const names = new Set(tags.map(({ name }) => name));
  for (const { name } of aliases)
    if (names.has(name)) throw invalidArchive(`"${name}" is both a tag and an alias`);
  const folded = new Set(aliases.map(({ name }) => name.toLowerCase()));
  if (folded.size < aliases.length) throw invalidArchive('two of its aliases differ only in case');
  if (aliases.length > MAX_ALIASES_PER_MODEL)
    throw invalidArchive(`it has more than ${MAX_ALIASES_PER_MODEL} aliases`);
  const counts = new Map<number, number>();
  for (const { version } of tags) counts.set(version, (counts.get(version) ?? 0) + 1);
  for (const [version, count] of counts)
    if (count > MAX_TAGS_PER_VERSION)
      throw invalidArchive(`version ${version} has more than ${MAX_TAGS_PER_VERSION} tags`);
}

function ascending(what: string, names: readonly string[]): void {
  for (const [index, name] of names.entries())
    if (index > 0 && (names[index - 1] ?? '') >= name)
      throw invalidArchive(`its ${what} are not in order, each once, at ${JSON.stringify(name)}`);
}
