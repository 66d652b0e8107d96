import { parseDuration } from '@holdfast/resilience/clock';
import { z } from 'zod';
import { isDay } from '../model/day.ts';

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** A duration as text (`"90s"`, `"15m"`) or ms, read as ms; at least `least` ms. */
export function duration(least = 0): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    try {
      const ms = parseDuration(value, 'duration');
      if (ms >= least) return ms;
      context.addIssue({ code: 'custom', message: `must be at least ${least} ms` });
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be a duration such as "90s", "15m" or "6h", or milliseconds',
      });
    }
    return z.NEVER;
  });
}

/** A size as text (`"50GB"`, `"512MiB"`) or bytes, read as bytes. */
export const size: z.ZodType<number> = z.unknown().transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?$/i.exec(String(value).trim());
  const unit = BYTES[(match?.[2] ?? 'B').toUpperCase()];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? Number.NaN));
  if ((typeof value === 'string' || typeof value === 'number') && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: 'must be a size such as "50GB" or "512MiB", or bytes' });
  return z.NEVER;
});

/** A day of the calendar, `YYYY-MM-DD`. */
export const day: z.ZodType<string> = z.string().refine(isDay, 'must be a day such as "2020-01-31"');

/** Where a harvest begins: `30d`, a day, or `all`. */
export const beginning: z.ZodType<string> = z
  .string()
  .refine(
    (text) => text === 'all' || /^[1-9]\d{0,5}d$/.test(text) || isDay(text),
    'must be a number of days such as "30d", a day such as "2020-01-31", or "all"',
  );

/** An address or URL under which an operator can be reached. It goes into a request header: one line, printable. */
export const contact: z.ZodType<string> = z
  .string()
  .max(200, 'must be shorter than 200 characters')
  .refine(
    (text) =>
      /^[\x21-\x7e]+$/.test(text) &&
      (/^(mailto:)?[^@:/()]+@[^@:/()]+\.[^@:/()]+$/.test(text) || isWebAddress(text)),
    'must be an e-mail address or an https:// address',
  );

/** Whether the text is an absolute http or https URL. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
