/**
 * Sets how many frames new errors note, and gives the number before: capturing a stack costs more than the refusal that
 * it would tell of. Does nothing where a program froze its intrinsics.
 */
export function limitStack(frames: number): number {
  const before = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = frames;
  } catch {
    // Frozen: the error has a stack then.
  }
  return before;
}
