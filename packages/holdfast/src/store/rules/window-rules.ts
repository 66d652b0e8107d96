import { windowKey } from '../../model/window.ts';
import type { Window, WindowState } from '../../model/window.ts';
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

/** How many windows are in which state; one that is being fetched counts as open. A row may stand for several. */
export function windowCounts(windows: readonly { readonly state: WindowState; readonly count?: number }[]): {
  open: number;
  sealed: number;
  verified: number;
  gap: number;
} {
  const counts = { open: 0, sealed: 0, verified: 0, gap: 0 };
  for (const { state, count = 1 } of windows) {
    if (state === 'SEALED') counts.sealed += count;
    else if (state === 'VERIFIED') counts.verified += count;
    else if (state === 'GAP') counts.gap += count;
    else counts.open += count;
  }
  return counts;
}
