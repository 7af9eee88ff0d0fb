import { useEffect, type ComponentType } from 'react';
import { useStore } from '../api/store.js';
import { Skeleton } from '../components/skeleton.js';
import { NotLoaded } from './not-loaded.js';
import { PartLoader } from './part-loader.js';

/**
 * A component in a file of its own, loaded when it is first shown. Unlike React's `lazy`, a file that could not be loaded is
 * asked for again: by itself when the connection is back, and by a button.
 *
 * @param what a page has a heading of its own, also while it is not there; a dialog shows nothing while it is loaded
 */
export function loadedLater<P extends object>(
  load: () => Promise<{ readonly default: ComponentType<P> }>,
  what: 'page' | 'section' | 'dialog' = 'section',
): ComponentType<P> {
  const loader = new PartLoader<P>(load);
  return function LoadedLater(props: P) {
    const part = useStore(loader.state);
    useEffect(() => loader.begin(), []);
    switch (part.phase) {
      case 'loading':
        return what === 'dialog' ? null : <Skeleton lines={6} />;
      case 'failed':
        return <NotLoaded isPage={what === 'page'} isTrying={part.isTrying} onAgain={() => loader.again()} />;
      case 'loaded': {
        const Component = part.component;
        return <Component {...props} />;
      }
    }
  };
}
