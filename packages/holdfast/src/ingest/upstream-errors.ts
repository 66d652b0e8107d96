import type { Verdict } from '@holdfast/resilience';
import { suspectCaptivePortal } from '@holdfast/resilience/awake';
import { HoldfastError } from '../model/error.ts';
import type { Reading } from '../sources/port.ts';
import type { Answer } from '../transport/port.ts';

type Unusable = Extract<Reading, { type: 'throttled' | 'blocked' | 'broken' }>;

/** An answer that is none, as an error that the retry policy understands. */
export function unusableAnswer(reading: Unusable, url: string): HoldfastError {
  switch (reading.type) {
    case 'throttled':
      return new HoldfastError(
        'ERR_UPSTREAM_THROTTLED',
        `The upstream asks us to slow down: ${reading.detail}`,
        {
          hint: 'Nothing to do: Holdfast waits as long as it was asked to.',
          verdict: verdict('rate-limit'),
        },
      );
    case 'blocked':
      return new HoldfastError('ERR_UPSTREAM_BLOCKED', `The upstream has shut us out: ${reading.detail}`, {
        hint: 'Holdfast asks again after a long wait. Check that "contact" is set and that nothing else on this address harvests the same source.',
        verdict: verdict('rate-limit'),
      });
    case 'broken':
      return new HoldfastError(
        reading.code,
        `No usable answer from ${new URL(url).host}: ${reading.detail}`,
        {
          hint: 'The page is asked for again; nothing of it was stored.',
          verdict: verdict('network'),
        },
      );
  }
}

/** Enough of a body to tell a web page from data. */
const GLIMPSE_BYTES = 1_024;

/** An answer that is none, from what may be the login page of a network; null when nothing speaks for it. */
export function portalSuspected(answer: Answer, requestedUrl: string): HoldfastError | null {
  const { url: finalUrl, status, headers, body } = answer;
  const bodyStart = new TextDecoder().decode(body.subarray(0, GLIMPSE_BYTES));
  const why = suspectCaptivePortal({ requestedUrl, finalUrl, status, headers, bodyStart });
  if (why === null) return null;
  return new HoldfastError('ERR_CAPTIVE_PORTAL', `captive portal suspected: ${why}`, {
    hint: 'If the network asks for a login, log in with a browser. The page is asked for again; nothing of it was stored.',
    verdict: verdict('network'),
  });
}

function verdict(category: Verdict['category']): Verdict {
  return { category, scope: 'call', safeToReplay: 'yes', evidence: 'status' };
}

/** A redirect that is not followed. A captive portal does this too, so it is asked again. */
export function refusedRedirect(reason: string, url: string): HoldfastError {
  return new HoldfastError(
    'ERR_REDIRECT',
    `${new URL(url).host} sends us elsewhere, and we do not go: ${reason}`,
    {
      hint: 'If the repository has moved, set its new "baseUrl". Behind a network that asks for a login, log in.',
      verdict: verdict('network'),
    },
  );
}
