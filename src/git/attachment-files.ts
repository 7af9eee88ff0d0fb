import type { AttachmentRecord } from '../catalog/index.js';
import { FORMAT_FACTS } from '../datafiles/index.js';
import { lfsPointer } from './lfs-pointer.js';
import { readableJson } from './readable-json.js';
import type { RepositoryFile } from './repository-file.js';

/** The folder of what is attached to a version. */
export const ATTACHMENTS = 'attachments';

/** What is attached, as `publishVersion` takes it, and the files themselves; nothing where nothing is. */
export function attachmentFiles(attachments: readonly AttachmentRecord[]): RepositoryFile[] {
  if (attachments.length === 0) return [];
  const listed = attachments.map(({ role, digest, format, columns, target, predicted, options }, index) => ({
    path: pathOf(attachments, index),
    role,
    digest,
    ...(format !== null && { format }),
    ...(Object.keys(columns).length > 0 && { columns }),
    ...(target !== null && { target }),
    ...(predicted !== null && { predicted }),
    ...(Object.keys(options).length > 0 && { options }),
  }));
  return [
    { path: 'attachments.json', content: readableJson(listed) },
    ...attachments.map(({ digest, size }, index) => ({
      path: pathOf(attachments, index),
      content: lfsPointer(digest, BigInt(size)),
    })),
  ];
}

/** `attachments/calibration-2.csv`: by role, with a number where there are several. */
function pathOf(attachments: readonly AttachmentRecord[], index: number): string {
  const own = attachments[index];
  if (own === undefined) throw new Error(`There is no attachment ${index}`);
  const number = attachments.slice(0, index + 1).filter(({ role }) => role === own.role).length;
  const extension = own.format === null ? '' : FORMAT_FACTS[own.format].extension;
  return `${ATTACHMENTS}/${own.role.toLowerCase()}${number > 1 ? `-${number}` : ''}${extension}`;
}
