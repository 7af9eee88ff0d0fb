import { useEffect, useState } from 'react';
import { Button } from './button.js';
import { Icon } from './icon.js';

const SHOWN_MS = 2_000;

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none');
  useEffect(() => {
    if (outcome === 'none') return undefined;
    const timer = setTimeout(() => setOutcome('none'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // Over plain HTTP from another machine, or where the browser says no.
      setOutcome('failed');
    }
  };
  return (
    <span className="copy">
      <Button small quiet label={label} onPress={() => void copy()}>
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
        {outcome === 'copied' ? 'Copied' : 'Copy'}
      </Button>
      <span className="visually-hidden" role="status">
        {outcome === 'copied' && 'Copied.'}
        {outcome === 'failed' && 'The browser does not allow it: select the text and copy it by hand.'}
      </span>
    </span>
  );
}
