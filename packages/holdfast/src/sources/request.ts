/** A request of a walk. Plain JSON: it is part of the window's durable cursor. */
export interface PageRequest {
  readonly url: string;
  /** What the answer is to be read as; the source's own word (`ListRecords`, `details`, …). */
  readonly as: string;
  /** True when it continues a list (token, offset above 0). */
  readonly continues: boolean;
  /** Wall ms of our clock after which the token must not be used. */
  readonly expiresAt?: number;
}
