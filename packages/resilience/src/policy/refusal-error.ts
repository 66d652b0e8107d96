import { ResilienceError } from '../errors.ts';
import type { ResilienceErrorOptions } from '../errors.ts';
import { limitStack } from '../limit-stack.ts';
import type { AttemptRecord, Failure, KeepsFailure, StopReason } from './pipeline/failure.ts';

/**
 * Base of the errors by which a limit of ours refuses a call. They are made often, when there is least time for it, and
 * always in one place, and most are dropped unread: so they have no stack unless asked for, and their message is put
 * together when somebody reads it. (A structured clone has it in its `stack` only.)
 */
export abstract class RefusalError extends ResilienceError implements KeepsFailure {
  #failure: Failure | undefined;

  /** @param stack capture a stack, which takes microseconds. */
  constructor(options: ResilienceErrorOptions, stack = false) {
    const frames = stack ? undefined : limitStack(0);
    super(undefined, options);
    if (frames !== undefined) limitStack(frames);
  }

  /** The message. */
  protected abstract tell(): string;

  override get message(): string {
    return this.tell();
  }

  /** Some code puts words of its own before a message. */
  override set message(text: string) {
    Object.defineProperty(this, 'message', { value: text, writable: true, configurable: true });
  }

  /** What a policy noted: the attempts that failed before. */
  get attempts(): readonly AttemptRecord[] | undefined {
    return this.#failure?.attempts;
  }

  /** What a policy noted: why it stopped trying. */
  get stopReason(): StopReason | undefined {
    return this.#failure?.stopReason;
  }

  /** For policies. */
  get policyFailure(): Failure | undefined {
    return this.#failure;
  }

  set policyFailure(failure: Failure | undefined) {
    this.#failure = failure;
  }
}
