/** What `audit` takes besides the options of every verb. */
export interface AuditOptions {
  readonly source?: string;
  readonly repair?: boolean;
  readonly budget?: string;
  readonly report?: boolean;
  readonly days?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  /** A file or folder that another tool left; everything else is then `auditInput`'s. */
  readonly input?: string;
  /** With `input`: bare missing ids, one a line. */
  readonly ids?: boolean;
  /** With `input`: half-open days or months that are compared. */
  readonly from?: string;
  readonly to?: string;
}
