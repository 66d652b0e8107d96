const LONGEST_WAIT_MS = 86_400_000;

/** Stands at the server's door and notes every request that came too early. Shares no code with the product. */
export class PolitenessWatch {
  readonly findings: string[] = [];
  readonly #intervalMs: number;
  #ended = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #open = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  arrives(at: number): void {
    if (at - this.#ended < this.#intervalMs)
      this.findings.push(`a request came ${String(at - this.#ended)} ms after the last answer`);
    if (at < this.#notBefore)
      this.findings.push(`a request came ${String(this.#notBefore - at)} ms before Retry-After allowed it`);
    this.#open += 1;
  }

  answers(at: number, headers: Readonly<Record<string, string>>): void {
    const value = headers['retry-after'];
    if (value === undefined) return;
    const asked = /^\d+$/.test(value)
      ? Number(value) * 1000
      : Date.parse(value) - Date.parse(headers['date'] ?? '');
    if (asked > 0) this.#notBefore = Math.max(this.#notBefore, at + Math.min(asked, LONGEST_WAIT_MS));
  }

  ends(at: number): void {
    this.#ended = at;
    this.#open -= 1;
  }
}
