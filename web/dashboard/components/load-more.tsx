import { Button } from './button.js';

interface LoadMoreProps {
  readonly isLoading: boolean;
  readonly onWanted: () => void;
  readonly children: string;
}

/** The end of a list that goes on. */
export function LoadMore({ isLoading, onWanted, children }: LoadMoreProps) {
  return (
    <p className="empty">
      <Button quiet isDisabled={isLoading} onPress={onWanted}>
        {isLoading ? 'Loading…' : children}
      </Button>
    </p>
  );
}
