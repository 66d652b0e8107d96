import { expect, test } from 'vitest';
import { suspectCaptivePortal } from './captive-portal.ts';
import type { PortalEvidence } from './captive-portal.ts';

const requestedUrl = 'https://export.arxiv.org/oai2?verb=Identify';
const xml = '<?xml version="1.0"?><OAI-PMH>';
const page = '<!DOCTYPE html><html><head><title>Welcome to our Wi-Fi</title>';
const html = { 'content-type': 'text/html; charset=utf-8' };

const suspected: readonly [string, Omit<PortalEvidence, 'requestedUrl'>, string][] = [
  ['HTTP 511', { status: 511, headers: html }, 'login'],
  ['a certificate for another name', { errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate'],
  [
    'a redirect to another site',
    { status: 302, headers: { location: 'http://login.hotel.example/?back=x' } },
    'sent on to another site, login.hotel.example',
  ],
  ['a redirect to an address', { status: 307, headers: { location: 'http://10.0.0.1/' } }, '10.0.0.1'],
  [
    'a followed redirect that ended in a page',
    { status: 200, finalUrl: 'https://hotel.example/', headers: html, bodyStart: page },
    'hotel.example',
  ],
  ['a page in place', { status: 200, headers: html, bodyStart: page }, 'web page'],
  ['a page in place, no body seen', { status: 200, headers: html }, 'web page'],
  [
    'a page that calls itself XML',
    {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      bodyStart: `\uFEFF<?xml version="1.0"?>\n${page}`,
    },
    'web page',
  ],
];

test.each(suspected)('%s is suspected', (_, seen, words) => {
  expect(suspectCaptivePortal({ requestedUrl, ...seen })).toContain(words);
});

const innocent: readonly [string, Omit<PortalEvidence, 'requestedUrl'>][] = [
  ['the API’s own answer', { status: 200, headers: { 'content-type': 'text/xml' }, bodyStart: xml }],
  ['XML that calls itself HTML, as some endpoints do', { status: 200, headers: html, bodyStart: xml }],
  [
    'an upstream that moved to another site and answers in kind',
    {
      status: 200,
      finalUrl: 'https://new.example/oai',
      headers: { 'content-type': 'application/xml' },
      bodyStart: xml,
    },
  ],
  ['a redirect within the same site', { status: 301, headers: { location: 'https://oaipmh.arxiv.org/oai' } }],
  ['a redirect to another path', { status: 302, headers: { location: '/oai3' } }],
  ['an error page of the upstream', { status: 503, headers: html, bodyStart: page }],
  ['another failure of TLS', { errorCode: 'CERT_HAS_EXPIRED' }],
  ['no answer at all', { errorCode: 'ECONNRESET' }],
];

test.each(innocent)('%s is not suspected', (_, seen) => {
  expect(suspectCaptivePortal({ requestedUrl, ...seen })).toBeNull();
});

test('an API that answers with neither XML nor JSON names its type', () => {
  const seen = {
    requestedUrl,
    status: 200,
    finalUrl: 'https://cdn.example/a.csv',
    headers: { 'content-type': 'text/csv' },
    bodyStart: 'id,title',
  };
  expect(suspectCaptivePortal(seen)).toContain('cdn.example');
  expect(suspectCaptivePortal(seen, { contentTypes: /csv/ })).toBeNull();
});
