import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedPage } from './recording.ts';

/** A server that answers with recorded pages. */
export interface ReplayServer {
  readonly baseUrl: string;
  /** What was asked, in order. */
  readonly asked: readonly URLSearchParams[];
  stop(): Promise<void>;
}

/** Answers by verb and token: a request without a token gets the first page of its verb, whatever range it names. */
export async function replay(
  pages: readonly RecordedPage[],
  record: (identifier: string) => string | null = () => null,
): Promise<ReplayServer> {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://replay').searchParams;
    asked.push(query);
    const answer = answerTo(query, pages, record);
    response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}/oai`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answerTo(
  query: URLSearchParams,
  pages: readonly RecordedPage[],
  record: (identifier: string) => string | null,
): Omit<RecordedPage, 'verb' | 'token'> {
  const verb = query.get('verb');
  const token = query.get('resumptionToken');
  const page = pages.find((each) => each.verb === verb && each.token === token);
  if (page !== undefined) return page;
  if (verb === 'Identify') return xml(IDENTIFY);
  const found = verb === 'GetRecord' ? record(query.get('identifier') ?? '') : null;
  if (found !== null) return xml(`<GetRecord>${found}</GetRecord>`);
  return xml(`<error code="${token === null ? 'badArgument' : 'badResumptionToken'}">not recorded</error>`);
}

const IDENTIFY =
  '<Identify><repositoryName>replayed</repositoryName><baseURL>http://replay/oai</baseURL><protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail><earliestDatestamp>1990-01-01T00:00:00Z</earliestDatestamp><deletedRecord>no</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>';

function xml(content: string): Omit<RecordedPage, 'verb' | 'token'> {
  const body = `<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2025-01-01T00:00:00Z</responseDate><request>http://replay/oai</request>${content}</OAI-PMH>`;
  return { status: 200, contentType: 'text/xml; charset=UTF-8', body };
}
