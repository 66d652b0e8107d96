import type { Reply } from '../exchange.ts';
import { htmlError } from '../text/pages.ts';
import { everywhere, json, type FaultContext, type FaultDefinition } from './definition.ts';

const throttled = 'Rate exceeded.';

/** Answers in place of the service: status codes, throttling in every form, bodies that are something else. */
export const statusFaults: readonly FaultDefinition[] = [
  html('500', 500),
  html('502', 502),
  html('503', 503),
  html('504', 504),
  html('404', 404),
  html('401', 401),
  html('403', 403),
  html('407', 407),
  fault('406', 'The edge throttles with 406 and an empty body.', () => reply(406, 'text/html', '')),
  fault('304', 'Not Modified in answer to a request without a condition.', () => reply(304, 'text/html', '')),
  fault('429', '429 `Rate exceeded.` without Retry-After.', () => reply(429, 'text/html', throttled)),
  fault('429-retry-after', '429 with Retry-After in seconds.', (context) =>
    wait(429, String(context.settings.retryAfter)),
  ),
  fault('429-retry-after-date', '429 with Retry-After as an HTTP date.', (context) =>
    wait(429, dateIn(context, context.settings.retryAfter)),
  ),
  fault('503-retry-after', '503 with Retry-After in seconds.', (context) =>
    wait(503, String(context.settings.retryAfter)),
  ),
  fault('503-retry-after-date', '503 with Retry-After as an HTTP date.', (context) =>
    wait(503, dateIn(context, context.settings.retryAfter)),
  ),
  fault('retry-after-garbage', '503 whose Retry-After is no time.', () => wait(503, 'soon, perhaps')),
  fault('retry-after-negative', '503 whose Retry-After is negative.', () => wait(503, '-120')),
  fault('retry-after-huge', '503 whose Retry-After is a thousand million seconds.', () =>
    wait(503, '1000000000'),
  ),
  fault('retry-after-date-past', '503 whose Retry-After is an hour ago.', (context) =>
    wait(503, dateIn(context, -3600)),
  ),
  fault('throttle-body-200', 'The 14 bytes `Rate exceeded.` with status 200.', () =>
    reply(200, 'text/html', throttled),
  ),
  fault('edge-1015', 'An edge block: 403 with the text of error 1015.', () =>
    reply(403, 'text/html', '<!DOCTYPE html><title>Access denied</title><p>error code: 1015</p>'),
  ),
  fault('empty-200', 'Status 200 and not one byte.', (context) => reply(200, type(context), '')),
  fault('html-200', 'An HTML error page with status 200.', () =>
    reply(200, 'text/html; charset=utf-8', htmlError),
  ),
  fault(
    'html-mislabelled',
    'An HTML error page with status 200 and the content type of the source.',
    (context) => reply(200, type(context), htmlError),
  ),
  fault('error-2002-text', 'Status 200 with the text `Error : (2002) Connection refused`.', () =>
    reply(200, 'text/html', 'Error : (2002) Connection refused'),
  ),
  fault('connection-refused-text', "Status 200 with a proxy's text that the connection was refused.", () =>
    reply(
      200,
      'text/plain',
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure, Connection refused',
    ),
  ),
  {
    ...fault('json-null', 'Status 200 and the JSON value null.', () =>
      reply(200, 'application/json', 'null'),
    ),
    kinds: json,
  },
  fault('redirect', '302 to another path of this server, which then answers rightly.', ({ call }) =>
    redirect(`/moved${call.url}`),
  ),
  fault('redirect-loop', '302 to the same URL.', ({ call }) => redirect(call.url)),
  fault('redirect-to-http', '302 to an http URL of another host.', ({ call }) =>
    redirect(`http://moved.invalid${call.url}`),
  ),
  fault(
    'redirect-login-html',
    'A captive portal: 302 to a sign-in page, which is HTML with status 200.',
    () => redirect('/login'),
  ),
];

function fault(name: string, about: string, make: (context: FaultContext) => Reply): FaultDefinition {
  return {
    name,
    about,
    kinds: everywhere,
    needs: 'anything',
    delivers: false,
    effect: { layer: 'reply', make },
  };
}

function html(name: string, status: number): FaultDefinition {
  return fault(name, `Status ${status} with an HTML page.`, () => reply(status, 'text/html', htmlError));
}

function reply(
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers: { 'content-type': contentType, ...headers }, body: Buffer.from(text) };
}

function wait(status: number, retryAfter: string): Reply {
  return reply(status, 'text/html', status === 429 ? throttled : htmlError, { 'retry-after': retryAfter });
}

function redirect(location: string): Reply {
  return reply(302, 'text/html', '', { location });
}

function type(context: FaultContext): string {
  return context.kind === 'biorxiv' || context.kind === 'medrxiv' ? 'application/json' : 'text/xml';
}

/** Rounded up: an HTTP date has no fractions, and a promise must not end early. */
function dateIn({ call }: FaultContext, seconds: number): string {
  return new Date(Math.ceil(call.now / 1000 + seconds) * 1000).toUTCString();
}
