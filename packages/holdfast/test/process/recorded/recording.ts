import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Answers of real repositories, kept beside this repository and not in it. */
export const recordedFolder: string = join(import.meta.dirname, '../../../../../../shared/recorded/oai');

/** Whether the recordings are there. */
export const isRecorded: boolean = existsSync(recordedFolder);

/** One recorded answer, without what the wire did to it. */
export interface RecordedPage {
  readonly verb: string;
  /** Null for the first page. */
  readonly token: string | null;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

interface Interaction {
  readonly request: { readonly uri: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body_utf8: string;
  };
}

/** The pages of one recorded walk. */
export function recordedPages(name: string): readonly RecordedPage[] {
  const text = readFileSync(join(recordedFolder, `${name}.json`), 'utf8');
  const { interactions } = JSON.parse(text) as { interactions: readonly Interaction[] };
  return interactions.map(({ request, response }) => {
    const { searchParams } = new URL(request.uri);
    return {
      verb: searchParams.get('verb') ?? '',
      token: searchParams.get('resumptionToken'),
      status: response.status,
      contentType: response.headers['content-type'] ?? '',
      body: response.body_utf8,
    };
  });
}

/** A page of records as the same server would list its identifiers: the headers and the token, nothing else. */
export function asIdentifiers(page: RecordedPage): RecordedPage {
  const body = page.body
    .replaceAll('ListRecords', 'ListIdentifiers')
    .replaceAll(/<record\b[^>]*>\s*(<header\b[\s\S]*?<\/header>)[\s\S]*?<\/record>/g, '$1');
  return { ...page, verb: 'ListIdentifiers', body };
}

const METADATA_OPEN =
  '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>';
const METADATA_CLOSE = '</dc:title></oai_dc:dc></metadata>';

/** A page of identifiers as the same server would list its records; their metadata, which was not recorded, is made up. */
export function asRecords(page: RecordedPage, isKept: (identifier: string) => boolean): RecordedPage {
  const body = page.body
    .replaceAll('ListIdentifiers', 'ListRecords')
    .replaceAll(/<header\b[\s\S]*?<\/header>/g, (header) => {
      const identifier = identifierOf(header);
      return isKept(identifier)
        ? `<record>${header}${METADATA_OPEN}${identifier}${METADATA_CLOSE}</record>`
        : '';
    });
  return { ...page, verb: 'ListRecords', body };
}

/** The identifiers of a page. */
export function identifiersOf({ body }: RecordedPage): readonly string[] {
  return [...body.matchAll(/<header\b[\s\S]*?<\/header>/g)].map(([header]) => identifierOf(header));
}

function identifierOf(header: string): string {
  return /<identifier>([^<]*)<\/identifier>/.exec(header)?.[1]?.trim() ?? '';
}
