import { Component, type ReactNode } from 'react';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';

interface State {
  readonly error: unknown;
}

/** A page that fails leaves the way to the others. */
export class PageErrors extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="stack">
        <h1>This page could not be shown</h1>
        <Notice kind="bad">
          {error instanceof Error ? error.message : 'Something unexpected happened.'}
        </Notice>
        <div>
          {/* A file of a build that was replaced meanwhile is gone: the new page names the new ones. */}
          <Button onPress={() => location.reload()}>Load the page again</Button>
        </div>
      </div>
    );
  }
}
