import { Fragment, isValidElement, type ReactNode } from 'react';
import Markdown from 'react-markdown';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import {
  isAdmitted,
  isAdmittedTag,
  type MarkdownAnswer,
  type MarkdownRequest,
  type PlainNode,
} from './plain-tree.js';

/** MathML is drawn by the browser itself: no styles and no fonts are needed for it. */
const KATEX = { output: 'mathml', trust: false, strict: 'ignore', maxExpand: 200, maxSize: 20 } as const;
/** A browser lays out so many in a moment; 200,000 characters of prose make a tenth of them. */
const MOST_NODES = 30_000;

/** Reads Markdown, in a thread that can be ended: some texts take the parser minutes. */
addEventListener('message', ({ data }: MessageEvent<MarkdownRequest>) => {
  let answer: MarkdownAnswer;
  try {
    answer = { phase: 'read', nodes: read(data.text) };
  } catch (error) {
    answer = { phase: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
  postMessage(answer);
});

function read(text: string): PlainNode[] {
  let left = MOST_NODES;
  const plain = (node: ReactNode): PlainNode[] => {
    if (Array.isArray(node)) return (node as ReactNode[]).flatMap(plain);
    if (typeof node === 'string' || typeof node === 'number') return [String(node)];
    if (!isValidElement<Record<string, unknown>>(node)) return [];
    left -= 1;
    if (left < 0) throw new Error(`it has more than ${MOST_NODES} parts`);
    const { children, ...given } = node.props;
    const inner = plain(children as ReactNode);
    if (node.type === Fragment) return inner;
    const tag = typeof node.type === 'string' ? node.type : '';
    if (!isAdmittedTag(tag)) return inner;
    const attributes = Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, string | number | boolean] =>
        isAdmitted(tag, entry[0], entry[1]),
      ),
    );
    return [{ tag, attributes, children: inner }];
  };
  return plain(
    Markdown({
      children: text,
      remarkPlugins: [remarkGfm, remarkMath],
      rehypePlugins: [[rehypeKatex, KATEX]],
      // Judged where they are shown.
      urlTransform: (address) => address,
    }),
  );
}
