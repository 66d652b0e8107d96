import type { Clock } from '@holdfast/resilience/clock';
import { httpCaller } from '../../http-call.ts';
import type { SendAlert } from '../courier.ts';
import { sendCommand } from './command.ts';
import { sendDesktop } from './desktop.ts';
import { sendEmail } from './email.ts';
import { smtpMail } from './nodemailer-mail.ts';
import { programRunner } from './run-program.ts';
import type { Tools } from './tools.ts';
import { sendWebhook } from './webhook.ts';

/** Sends by the channel's type. */
export function alertSender(tools: Tools): SendAlert {
  return async (channel, message, signal) => {
    switch (channel.type) {
      case 'webhook':
        return sendWebhook(channel, message, tools, signal);
      case 'command':
        return sendCommand(channel, message, tools, signal);
      case 'desktop':
        return sendDesktop(message, tools, signal);
      case 'email':
        return sendEmail(channel, message, tools);
    }
  };
}

/** What the real channels need of their process. */
export interface SenderWorld {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly version: string;
}

/** Sends over the real network and runs real programs. */
export function systemSender({ clock, env, platform, version }: SenderWorld): SendAlert {
  return alertSender({
    clock,
    env,
    platform,
    version,
    call: httpCaller({ clock, env }),
    run: programRunner(clock, platform),
    mail: smtpMail(),
  });
}
