import { HoldfastError } from '../../../model/error.ts';
import type { Mail, SendMail } from './mail.ts';

const TIMEOUT_MS = 30_000;

/** Sends mail over SMTP; the library is loaded with the first mail. Certificates are always verified. */
export function smtpMail(): SendMail {
  return async (mail) => {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: mail.host,
      port: mail.port,
      secure: mail.secure,
      // A password never goes over a line that is not encrypted.
      requireTLS: mail.login !== null,
      tls: { rejectUnauthorized: true },
      ...(mail.login === null ? {} : { auth: { user: mail.login.user, pass: mail.login.password } }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      dnsTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const { rejected } = await transport.sendMail(contentOf(mail));
      if (rejected.length > 0) throw refused(mail.host, rejected.map(addressOf));
    } finally {
      transport.close();
    }
  };
}

function contentOf({ from, to, subject, text, messageId, headers }: Mail): object {
  return { from, to: [...to], subject, text, messageId, headers };
}

function addressOf(rejected: string | { readonly address?: string }): string {
  return typeof rejected === 'string' ? rejected : (rejected.address ?? '');
}

function refused(host: string, recipients: readonly string[]): HoldfastError {
  return new HoldfastError('ERR_MAIL_REJECTED', `${host} did not take mail for ${recipients.join(', ')}.`, {
    hint: 'Check the addresses in the channel.',
  });
}
