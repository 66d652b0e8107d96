/** A mail and the server that takes it. */
export interface Mail {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps); otherwise STARTTLS when the server offers it. */
  readonly secure: boolean;
  /** With a login the mail is sent over TLS or not at all. */
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Resolves when the server has accepted the mail for every recipient. */
export type SendMail = (mail: Mail) => Promise<void>;
