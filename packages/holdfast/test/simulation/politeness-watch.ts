const LONGEST_WAIT_MS = 86_400_000;

/** Stands at the server's door and notes every request that came too early. Shares no code with the product. */
export class PolitenessWatch {
  readonly findings: string[] = [];
  readonly #intervalMs: number;
  #ended = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #pending = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  arrives(at: number): void {
    if (at - this.#ended < this.#intervalMs)
      this.findings.push(`a request came ${String(at - this.#ended)} ms after the last answer`);
    if (at < this.#notBefore)
      this.findings.push(`a request came ${String(this.#notBefore - at)} ms before Retry-After allowed it`);
  }

  answers(at: number, headers: Readonly<Record<string, string>>): void {
    const value = headers['retry-after'];
    if (value === undefined) return;
    const asked = /^\d+$/.test(value)
      ? Number(value) * 1000
      : Date.parse(value) - Date.parse(headers['date'] ?? '');
    if (asked > 0) this.#pending = at + Math.min(asked, LONGEST_WAIT_MS);
  }

  /** The engine's memory took a write: from here on no crash excuses having forgotten the answer. */
  noted(): void {
    this.#notBefore = Math.max(this.#notBefore, this.#pending);
  }

  /** The engine died with an answer in its hands that it had no chance to note: nobody can know of it. */
  crashed(): void {
    this.#pending = Number.NEGATIVE_INFINITY;
  }

  ends(at: number): void {
    this.#ended = at;
  }
}
