/** What a file is to a version. */
export const ATTACHMENT_ROLES = [
  'TRAINING',
  'CALIBRATION',
  'REFERENCE',
  'BACKGROUND',
  'TOKENIZER',
  'SOURCE',
] as const;
export type AttachmentRole = (typeof ATTACHMENT_ROLES)[number];
