/** Tells a listener; one that throws becomes a process warning, never a failed operation. */
export function notify<T>(listener: (message: T) => void, message: T): void {
  try {
    listener(message);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}
