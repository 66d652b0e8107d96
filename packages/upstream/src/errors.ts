/** A simulator was asked for something it cannot do. `code` is stable. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code:
    'ERR_UPSTREAM_UNSUPPORTED' | 'ERR_UPSTREAM_UNKNOWN_ID' | 'ERR_UPSTREAM_FAULT' | 'ERR_UPSTREAM_OPTION';
  readonly hint: string;

  constructor(code: UpstreamError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
