/** Tells a listener; one that throws, at once or later, becomes a process warning, never a failed operation. */
export function notify<T>(listener: (message: T) => unknown, message: T): void {
  try {
    const told = listener(message);
    if (told instanceof Promise) told.catch(warnOf);
  } catch (error) {
    warnOf(error);
  }
}

/** A process warning of what went wrong beside an operation, which stands whatever becomes of that. */
export function warnOf(defect: unknown): void {
  process.emitWarning(defect instanceof Error ? defect : new Error(String(defect)));
}
