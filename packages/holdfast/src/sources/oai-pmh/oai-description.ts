import type { Answer } from '../../transport/port.ts';
import { childText, XmlError } from '../../xml/index.ts';
import type { Description, Source } from '../port.ts';
import { readOaiDocument } from './oai-document.ts';
import { judgeErrors } from './oai-errors.ts';
import type { StatusRules } from './oai-status.ts';
import { judgeStatus } from './oai-status.ts';

/**
 * Reads an Identify answer. Its `responseDate` is not looked at: caches keep it for up to a year. An
 * unreadable granularity is taken as days, which every repository must accept (OAI-PMH 2.0, section 2.7.1).
 */
export function readOaiDescription(
  rules: StatusRules,
  answer: Answer,
): ReturnType<Source['readDescription']> {
  const verdict = judgeStatus(rules, answer, false);
  const reading = verdict.stop ? verdict.reading : verdict.otherwise;
  if (reading !== null) return narrow(reading);
  try {
    const document = readOaiDocument(answer.body, () => null);
    if (document.errors.length > 0) {
      return narrow(judgeErrors(document, { url: answer.url, as: 'Identify', continues: false }));
    }
    if (document.identify === null) {
      return { type: 'broken', code: 'ERR_OAI_NO_IDENTIFY', detail: 'The answer holds no description.' };
    }
    return describe(
      childText(document.identify, 'earliestDatestamp'),
      childText(document.identify, 'granularity'),
    );
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { type: 'broken', code: error.code, detail: error.message };
  }
}

function describe(earliest: string | null, granularity: string | null): Description {
  const stamp = earliest?.trim() ?? '';
  const known = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(stamp) && !Number.isNaN(Date.parse(stamp));
  return {
    earliest: known ? stamp.slice(0, 10) : null,
    granularity: /ss/i.test(granularity ?? '') ? 'seconds' : 'day',
    ...(known ? { earliestDatestamp: stamp } : {}),
  };
}

/** Of the judgements of a list only these can be said of a description. */
function narrow(reading: ReturnType<typeof judgeErrors>): ReturnType<Source['readDescription']> {
  switch (reading.type) {
    case 'broken':
    case 'throttled':
    case 'blocked':
    case 'refused':
      return reading;
    default:
      return {
        type: 'broken',
        code: 'ERR_OAI_NO_IDENTIFY',
        detail: `Identify was answered with ${reading.type}.`,
      };
  }
}
