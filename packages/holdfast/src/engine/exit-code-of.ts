import { PRIVATE_EXIT } from '../model/engine-message.ts';
import { EXIT, exitCodeOf as publicCodeOf } from '../model/exit-code.ts';

/** How the engine tells its supervisor why it could not go on. */
export function exitCodeOf(error: unknown): number {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_STORE_LOCKED') return PRIVATE_EXIT.locked;
  const meant = typeof code === 'string' ? publicCodeOf(code) : EXIT.unexpected;
  if (meant === EXIT.configuration) return PRIVATE_EXIT.configuration;
  if (meant === EXIT.integrity) return PRIVATE_EXIT.damaged;
  return code === 'ERR_STOPPED' ? PRIVATE_EXIT.done : PRIVATE_EXIT.temporary;
}
