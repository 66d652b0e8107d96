import type { AdapterContext } from '../../session/adapter.ts';
import { orAbort } from '../browser/or-abort.ts';
import type { DevTools, DevToolsObject } from './devtools.ts';

/** One target of the browser, as it describes it. */
export interface TargetInfo {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
  readonly openerId?: string;
}

/** A field that the protocol says is text. @throws TypeError when it is not. */
export function textOf(answer: DevToolsObject, name: string): string {
  const text = answer[name];
  if (typeof text !== 'string') throw new TypeError(`DevTools: ${name} is no text.`);
  return text;
}

/** Opens an empty tab. One that is given up is closed once it is there. */
export async function openTarget(devtools: DevTools, { signal }: AdapterContext): Promise<string> {
  const opening = devtools.send('Target.createTarget', { url: 'about:blank' });
  const answer = await orAbort(signal, opening, (late) => closeTarget(devtools, textOf(late, 'targetId')));
  return textOf(answer, 'targetId');
}

/** Closes a tab, also one in an endless loop. Harmless when it is closed. */
export async function closeTarget(devtools: DevTools, targetId: string): Promise<void> {
  try {
    await devtools.send('Target.closeTarget', { targetId });
  } catch {
    // There is no such target any more, or no browser.
  }
}

/** All tabs of the browser. */
export async function pageTargets(devtools: DevTools): Promise<readonly TargetInfo[]> {
  const { targetInfos } = await devtools.send('Target.getTargets');
  return (targetInfos as unknown as readonly TargetInfo[]).filter(({ type }) => type === 'page');
}

/** Works with a target through a session of its own; what ends with the session is undone at its end. */
export async function withTarget<T>(
  devtools: DevTools,
  targetId: string,
  work: (sessionId: string) => Promise<T>,
): Promise<T> {
  const sessionId = await attach(devtools, targetId);
  try {
    return await work(sessionId);
  } finally {
    devtools.send('Target.detachFromTarget', { sessionId }).catch(() => {
      // The target went with its session.
    });
  }
}

/** Begins a session with a target, which lasts until the target or the connection ends. */
export async function attach(devtools: DevTools, targetId: string): Promise<string> {
  return textOf(await devtools.send('Target.attachToTarget', { targetId, flatten: true }), 'sessionId');
}

/** The value of an expression in a target; promises are waited for. @throws Error when it throws. */
export async function evaluate(devtools: DevTools, sessionId: string, expression: string): Promise<unknown> {
  const params = { expression, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', params, sessionId);
  if (exceptionDetails !== undefined) throw new Error(`The page threw: ${JSON.stringify(exceptionDetails)}`);
  return (result as { readonly value?: unknown }).value;
}
