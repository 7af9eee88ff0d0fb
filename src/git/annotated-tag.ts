import { createHash } from 'node:crypto';
import type { Numbered, TagRecord } from '../catalog/index.js';
import { signatureLine } from './signature-line.js';

export interface AnnotatedTag {
  /** Git's id of its object: known without asking Git, so that only tags it does not have yet are made. */
  readonly id: string;
  readonly name: string;
  /** The commit it names. */
  readonly commit: string;
  readonly tagger: string;
  readonly message: string;
}

export function annotatedTag(model: string, tag: Numbered<TagRecord>, commit: string): AnnotatedTag {
  const { name, number, createdBy, createdAt } = tag;
  const tagger = signatureLine(createdBy, createdAt);
  const message = `${model}@${number} is ${name}\n`;
  const content = Buffer.from(`object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${message}`);
  const id = createHash('sha1').update(`tag ${content.length}\0`).update(content).digest('hex');
  return { id, name, commit, tagger, message };
}
