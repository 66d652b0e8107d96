import { secondText } from '../days.ts';
import { escapeXml } from '../text/escape.ts';

/** What every OAI answer of a repository shares. */
export interface Envelope {
  readonly baseUrl: string;
  /** Second of the answer. */
  readonly second: number;
}

/** Attributes of `<request>`; absent for badVerb and badArgument. */
export type Echo = Readonly<Record<string, string>>;

const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" ' +
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n';

/** A whole OAI-PMH document around `content`. */
export function document(envelope: Envelope, echo: Echo, content: string): string {
  const attributes = Object.entries(echo)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('');
  return (
    `${head}<responseDate>${secondText(envelope.second)}</responseDate>\n` +
    `<request${attributes}>${escapeXml(envelope.baseUrl)}</request>\n${content}</OAI-PMH>\n`
  );
}

/** An OAI error that becomes the answer. */
export class OaiError extends Error {
  override readonly name = 'OaiError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Errors whose `<request>` has no attributes. */
export function echoless(code: string): boolean {
  return code === 'badArgument' || code === 'badVerb';
}
