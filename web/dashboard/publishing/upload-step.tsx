import { useEffect, useRef, useState } from 'react';
import type { Upload } from '../api/upload.js';
import { Button } from '../components/button.js';
import { FileDrop } from '../components/file-drop.js';
import { Notice } from '../components/notice.js';
import { formatBytes, formatShare } from '../formats/numbers.js';
import { MODEL_FILES, upload } from './upload.js';

interface UploadStepProps {
  readonly onUploaded: (sent: {
    readonly digest: string;
    readonly size: string;
    readonly file: string;
  }) => void;
}

type State =
  | { readonly phase: 'idle' }
  | { readonly phase: 'sending'; readonly name: string; readonly size: number; readonly share: number }
  | { readonly phase: 'failed'; readonly message: string };

/** Takes a model's file and sends it. */
export function UploadStep({ onUploaded }: UploadStepProps) {
  const [state, setState] = useState<State>({ phase: 'idle' });
  const under = useRef<Upload | null>(null);
  // Whoever leaves the page sends nothing more.
  useEffect(() => () => under.current?.cancel(), []);
  const send = async (file: File) => {
    under.current?.cancel();
    const sending = { phase: 'sending', name: file.name, size: file.size } as const;
    setState({ ...sending, share: 0 });
    const started = upload(file, (share) => setState({ ...sending, share }));
    under.current = started;
    try {
      const { digest, size } = await started.done;
      onUploaded({ digest, size: String(size), file: file.name });
    } catch (error) {
      if (under.current !== started) return;
      const isCancelled = error instanceof DOMException && error.name === 'AbortError';
      setState(
        isCancelled
          ? { phase: 'idle' }
          : { phase: 'failed', message: error instanceof Error ? error.message : String(error) },
      );
    }
  };
  if (state.phase === 'sending')
    return (
      <div className="stack">
        <label className="progress">
          <span>
            {state.name}, {formatBytes(state.size)}: {formatShare(Math.floor(state.share * 100) / 100)}
            {state.share === 1 && ', being checked'}
          </span>
          <progress value={state.share} max={1} />
        </label>
        <div>
          <Button onPress={() => under.current?.cancel()}>Cancel</Button>
        </div>
      </div>
    );
  return (
    <div className="stack">
      <FileDrop label="Drop an ONNX file here" accepted={MODEL_FILES} onFile={(file) => void send(file)} />
      <p className="muted">
        A model whose weights lie beside it is sent as one .tar or .zip. The same bytes are stored once.
        Nothing is published yet.
      </p>
      {state.phase === 'failed' && <Notice kind="bad">{state.message}</Notice>}
    </div>
  );
}
