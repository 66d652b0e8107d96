import { HoldfastError } from '../../model/error.ts';
import type { RecordMarks, XmlPageShape } from '../../xml/index.ts';

/** Lists of OAI-PMH that hold records or headers. */
export const LIST_VERBS = ['ListRecords', 'ListIdentifiers', 'GetRecord'] as const;
/** A verb whose answer holds records or headers. */
export type ListVerb = (typeof LIST_VERBS)[number];

const AFTER = ['resumptionToken'];

function marks(verb: ListVerb, record: string, first: string | null): RecordMarks {
  return { root: 'OAI-PMH', record, first, lists: [verb], after: AFTER };
}

/** How an OAI-PMH answer is made up (protocol 2.0, section 3.2). */
export const OAI_SHAPE: XmlPageShape = {
  root: 'OAI-PMH',
  lists: {
    ListRecords: marks('ListRecords', 'record', 'header'),
    ListIdentifiers: marks('ListIdentifiers', 'header', null),
    GetRecord: marks('GetRecord', 'record', 'header'),
  },
  after: AFTER,
};

/** The verb of a walk: a request is read as `<verb>` or `<verb>:<whatever tells walks of one verb apart>`. */
export function verbOf(as: string): ListVerb {
  const verb = LIST_VERBS.find((name) => as === name || as.startsWith(`${name}:`));
  if (verb === undefined) throw new HoldfastError('ERR_OAI_VERB', `${as} is no list of OAI-PMH.`);
  return verb;
}
