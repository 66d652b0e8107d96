import { describe, expect, it } from 'vitest';
import type { Answer } from '../../transport/port.ts';
import { oaiPmhSource } from './oai-pmh-source.ts';
import { oaiError, oaiPage } from './testing/oai-pages.ts';

const baseUrl = 'http://upstream.test/oai';
const source = oaiPmhSource({ id: 'library', baseUrl, metadataPrefix: 'oai_dc' });
const answer = (body: string): Answer => ({
  url: baseUrl,
  status: 200,
  headers: {},
  body: Buffer.from(body),
  receivedAt: 0,
});

describe('the description of a repository', () => {
  const describeAs = (inside: string) => source.readDescription(answer(oaiPage('Identify', inside)));

  it('gives its granularity and its earliest datestamp', () => {
    expect(
      describeAs(
        '<earliestDatestamp>1999-05-01T12:00:00Z</earliestDatestamp><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>',
      ),
    ).toStrictEqual({
      earliest: '1999-05-01',
      granularity: 'seconds',
      earliestDatestamp: '1999-05-01T12:00:00Z',
    });
    expect(describeAs('<granularity>YYYY-MM-DD</granularity>')).toStrictEqual({
      earliest: null,
      granularity: 'day',
    });
    expect(describeAs('<earliestDatestamp>long ago</earliestDatestamp>')).toStrictEqual({
      earliest: null,
      granularity: 'day',
    });
  });

  it('is nothing else', () => {
    expect(source.readDescription(answer('<html></html>'))).toMatchObject({ type: 'broken' });
    expect(source.readDescription(answer('Rate exceeded.'))).toMatchObject({ type: 'throttled' });
    expect(source.readDescription(answer(oaiError('badVerb')))).toMatchObject({ type: 'refused' });
    expect(source.readDescription(answer(oaiPage('ListRecords', '')))).toMatchObject({
      type: 'broken',
      code: 'ERR_OAI_NO_IDENTIFY',
    });
  });
});
