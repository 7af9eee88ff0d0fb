import { createHash } from 'node:crypto';
import type { Numbered, TagRecord } from '../catalog/index.js';
import { signatureLine } from './signature-line.js';

export interface AnnotatedTag {
  readonly name: string;
  /** The commit it names. */
  readonly commit: string;
  readonly tagger: string;
  readonly message: string;
}

export function annotatedTag(model: string, tag: Numbered<TagRecord>, commit: string): AnnotatedTag {
  const { name, number, createdBy, createdAt } = tag;
  return {
    name,
    commit,
    tagger: signatureLine(createdBy, createdAt),
    message: `${model}@${number} is ${name}\n`,
  };
}

/** Git's id of the tag's object: known without asking Git, so that only tags it does not have yet are made. */
export function tagObjectId({ name, commit, tagger, message }: AnnotatedTag): string {
  const content = Buffer.from(`object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${message}`);
  return createHash('sha1').update(`tag ${content.length}\0`).update(content).digest('hex');
}
