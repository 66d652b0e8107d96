import type { SourceState } from '../port.ts';
import { given } from './window-rules.ts';

/** What the store is asked to remember of a source. */
export type SourceChange = Partial<Omit<SourceState, 'id' | 'kind'>>;

/** A source that has not been worked on. */
export function createSource(id: string, kind: string): SourceState {
  return {
    id,
    kind,
    from: null,
    watermark: null,
    memory: {},
    state: 'catching-up',
    reason: '',
    nextAttemptAt: null,
    attempt: 0,
    lastSuccessAt: null,
    failures: 0,
    retries: 0,
  };
}

/** A source after a change: the keys given replace those remembered, each as a whole. */
export function updateSource(source: SourceState, change: SourceChange): SourceState {
  return { ...source, ...given(change) };
}
