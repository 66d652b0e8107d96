import { windowKey } from '../../model/window.ts';
import type { Window } from '../../model/window.ts';
import type { NewWindow, WindowUpdate } from '../port.ts';

/** A new window with its key. */
export function createWindow(window: NewWindow): Window {
  return { key: windowKey(window.source, window.stream, window), ...window };
}

/** A window as it stands after an update; keys that the update leaves out stay. */
export function updateWindow(window: Window, update: WindowUpdate): Window {
  return { ...window, ...given(update) };
}

/** An object without the keys whose value is undefined. */
export function given<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;
}

/** How many windows are in which state; one that is being fetched counts as open. */
export function windowCounts(windows: readonly Pick<Window, 'state'>[]): {
  open: number;
  sealed: number;
  verified: number;
  gap: number;
} {
  const counts = { open: 0, sealed: 0, verified: 0, gap: 0 };
  for (const { state } of windows) {
    if (state === 'SEALED') counts.sealed += 1;
    else if (state === 'VERIFIED') counts.verified += 1;
    else if (state === 'GAP') counts.gap += 1;
    else counts.open += 1;
  }
  return counts;
}
