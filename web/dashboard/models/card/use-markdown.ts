import { useEffect, useState } from 'react';
import type { MarkdownAnswer, MarkdownRequest } from './plain-tree.js';

/** Texts of people are read in a twentieth of it. */
const LIMIT_MS = 5_000;

export type ReadMarkdown = MarkdownAnswer | { readonly phase: 'reading' };

/** Reads a text in a thread of its own, which is ended when it takes too long. */
export function useMarkdown(text: string): ReadMarkdown {
  const [read, setRead] = useState<{ readonly text: string; readonly answer: MarkdownAnswer } | null>(null);
  useEffect(() => {
    const worker = new Worker(new URL('./markdown-worker.ts', import.meta.url), { type: 'module' });
    const end = (answer: MarkdownAnswer) => {
      clearTimeout(timer);
      worker.terminate();
      setRead({ text, answer });
    };
    const timer = setTimeout(
      () => end({ phase: 'refused', reason: `it takes longer than ${LIMIT_MS / 1_000} s to read` }),
      LIMIT_MS,
    );
    worker.addEventListener('message', ({ data }: MessageEvent<MarkdownAnswer>) => end(data));
    worker.addEventListener('error', () => end({ phase: 'refused', reason: 'it could not be read' }));
    worker.postMessage({ text } satisfies MarkdownRequest);
    return () => {
      clearTimeout(timer);
      worker.terminate();
    };
  }, [text]);
  return read?.text === text ? read.answer : { phase: 'reading' };
}
