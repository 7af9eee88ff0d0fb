import { useEffect, useEffectEvent, type RefObject } from 'react';
import type { TimeRange } from './chart.js';
import type { Plot } from './plot.js';

/** Less is a click with an unsteady hand. */
const LEAST_PIXELS = 4;

/** Moves all charts of the page while one of them is drawn along. */
const drawnAlong = new Set<(seconds: number) => void>();

interface Panning {
  readonly plot: RefObject<Plot | null>;
  readonly range: TimeRange;
  readonly onPan: ((seconds: number) => void) | undefined;
}

/** Lets a chart be drawn along with the pointer; what is shown then is asked for when it is let go. */
export function usePanning(container: RefObject<HTMLElement | null>, { plot, range, onPan }: Panning): void {
  const move = useEffectEvent((seconds: number) =>
    plot.current?.setRange({ from: range.from - seconds, to: range.to - seconds }),
  );
  const secondsPerPixel = useEffectEvent((width: number) => (range.to - range.from) / Math.max(1, width));
  const end = useEffectEvent((seconds: number) => onPan?.(seconds));
  const isPannable = onPan !== undefined;
  useEffect(() => {
    const element = container.current;
    if (element === null || !isPannable) return undefined;
    const moveThis = (seconds: number) => move(seconds);
    drawnAlong.add(moveThis);
    let from: number | null = null;
    let seconds = 0;
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      from = event.clientX;
      seconds = 0;
      element.setPointerCapture(event.pointerId);
    };
    const along = (event: PointerEvent) => {
      if (from === null) return;
      const pixels = event.clientX - from;
      seconds = Math.abs(pixels) < LEAST_PIXELS ? 0 : pixels * secondsPerPixel(element.clientWidth);
      for (const each of drawnAlong) each(seconds);
    };
    const up = () => {
      if (from === null) return;
      from = null;
      if (seconds !== 0) end(seconds);
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', along);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    return () => {
      drawnAlong.delete(moveThis);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', along);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
    };
  }, [container, isPannable]);
}
