import type { PageRequest, Reading } from '../port.ts';
import type { OaiDocument, OaiError } from './oai-document.ts';

/**
 * What the protocol's errors say (OAI-PMH 2.0, section 3.6). Several may come at once: the one that forbids most
 * decides, and `noRecordsMatch` counts only when nothing else is wrong.
 */
export function judgeErrors(document: OaiDocument<unknown>, request: PageRequest): Reading {
  const { errors } = document;
  const detail = errors.map(({ code, text }) => `${code}: ${text}`.slice(0, 500)).join('; ');
  const has = (code: string): boolean => errors.some((error) => error.code === code);
  if (document.list !== null) {
    return {
      type: 'broken',
      code: 'ERR_OAI_ERROR_AND_LIST',
      detail: `The answer holds a list and an error. ${detail}`,
    };
  }
  // A damaged token is reported as badArgument by arXiv; either way the list cannot be continued.
  if (request.continues && (has('badResumptionToken') || has('badArgument')))
    return { type: 'restart', detail };
  if (errors.some(isAboutDates)) return { type: 'refused', cause: 'clock', detail };
  const refusals = [
    'badArgument',
    'badVerb',
    'cannotDisseminateFormat',
    'noSetHierarchy',
    'noMetadataFormats',
  ];
  if (refusals.some(has) || has('badResumptionToken')) return { type: 'refused', cause: 'request', detail };
  if (has('idDoesNotExist')) {
    return request.as.startsWith('GetRecord')
      ? { type: 'absent', detail }
      : { type: 'refused', cause: 'request', detail };
  }
  if (errors.every((error) => error.code === 'noRecordsMatch')) {
    return { type: 'nothing', serverDate: document.responseDate, detail };
  }
  return { type: 'broken', code: 'ERR_OAI_UNKNOWN_ERROR', detail };
}

/** A date that the server holds to be in the future or out of order: our clock, not our syntax. */
function isAboutDates(error: OaiError): boolean {
  return (
    error.code === 'badArgument' &&
    /\b(from|until)\b/i.test(error.text) &&
    !/format|granularit|YYYY/i.test(error.text)
  );
}
