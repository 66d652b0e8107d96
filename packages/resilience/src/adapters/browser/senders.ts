import { isSafeMethod } from './safe-method.ts';

/**
 * Which pages have sent something with an effect since they were looked at last. A page that ends on the login after
 * that may have been heard: whether its call may be repeated is not known.
 */
export class Senders<P extends object> {
  readonly #pages = new WeakSet<P>();

  note(page: P, method: string): void {
    if (!isSafeMethod(method)) this.#pages.add(page);
  }

  /** Whether the page has sent something; asked once. */
  take(page: P): boolean {
    return this.#pages.delete(page);
  }
}
