import { PRIVATE_EXIT } from '../model/engine-message.ts';

/** Neither a wrong configuration nor a store that a newer version has written gets better by trying again. */
const HOPELESS: ReadonlySet<string> = new Set(['ERR_CONTACT', 'ERR_STORE_NEWER']);

/** How the engine tells its supervisor why it could not go on. */
export function exitCodeOf(error: unknown): number {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_STORE_LOCKED') return PRIVATE_EXIT.locked;
  if (typeof code === 'string' && (code.startsWith('ERR_CONFIG') || HOPELESS.has(code)))
    return PRIVATE_EXIT.configuration;
  return code === 'ERR_STOPPED' ? PRIVATE_EXIT.done : PRIVATE_EXIT.temporary;
}
