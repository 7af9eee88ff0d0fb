import { useEffect, useRef, useState } from 'react';
import type { FileFormat } from '../../__generated__/operations.js';
import { sendFile, type Upload } from '../../api/upload.js';
import { columnsIn, ROW_FILES, rowFormat } from './row-files.js';

/** A file of rows on its way to the server. */
export type RowFile =
  | { readonly phase: 'none' }
  | { readonly phase: 'failed'; readonly message: string }
  | { readonly phase: 'sending'; readonly name: string; readonly share: number }
  | {
      readonly phase: 'sent';
      readonly name: string;
      readonly size: number;
      readonly digest: string;
      readonly format: FileFormat;
      readonly columns: readonly string[] | null;
    };

/** Sends a file of rows to `POST /files`, and reads its header meanwhile. */
export function useRowFile(): { readonly file: RowFile; readonly take: (file: File) => Promise<void> } {
  const [state, setState] = useState<RowFile>({ phase: 'none' });
  const under = useRef<Upload | null>(null);
  // Whoever closes the dialog sends nothing more.
  useEffect(() => () => under.current?.cancel(), []);
  const take = async (file: File) => {
    under.current?.cancel();
    const { name } = file;
    const format = rowFormat(name);
    if (format === null) {
      setState({
        phase: 'failed',
        message: `${name}: expected a file that ends with ${ROW_FILES.join(', ')}.`,
      });
      return;
    }
    setState({ phase: 'sending', name, share: 0 });
    const sent = sendFile('files', 'application/octet-stream', file, (share) =>
      setState((now) => (now.phase === 'sending' ? { phase: 'sending', name, share } : now)),
    );
    under.current = sent;
    try {
      const [columns, { digest, size }] = await Promise.all([columnsIn(file), sent.done]);
      if (under.current === sent) setState({ phase: 'sent', name, size, digest, format, columns });
    } catch (error) {
      if (under.current === sent)
        setState({ phase: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return { file: state, take };
}
