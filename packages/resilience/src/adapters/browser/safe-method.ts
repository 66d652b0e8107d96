/** RFC 9110 §9.2.1: asking for it again changes nothing. */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Whether a request of this method has no effect. */
export function isSafeMethod(method: string): boolean {
  return SAFE.includes(method);
}
