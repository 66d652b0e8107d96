/**
 * Leaves what metha leaves: `main.ts BASE_URL PREFIX FOLDER` harvests by metha's rules of ending into a cache of its
 * shape. Nothing of metha's code is here; the rules are those that were read in it and measured. Its endings lose
 * records: an expired token, noRecordsMatch in the middle, an empty page and an unchanged token all end the list as if
 * it were whole, and the files of the window are then moved into place.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const [baseUrl = '', prefix = '', base = ''] = process.argv.slice(2);
const folder = join(base, Buffer.from(`#${prefix}#${baseUrl}`).toString('base64url'));
const suffix = '-tmp-4711';
const until = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

mkdirSync(folder, { recursive: true });
process.exitCode = await harvest();

async function harvest(): Promise<number> {
  let token = '';
  for (let page = 0; ; page += 1) {
    const answer = await ask(token);
    // A body that is cut or no XML is never asked for again: the run ends and its temporary files go.
    if (answer === null || !isWhole(answer)) return cleanUp();
    const error = /<error[^>]*code="(\w+)"/.exec(answer)?.[1];
    if (error === 'noRecordsMatch' || error === 'badResumptionToken') break;
    if (error !== undefined) return cleanUp();
    writeFileSync(join(folder, `${until}-${String(page).padStart(8, '0')}.xml${suffix}`), answer);
    const next = /<resumptionToken[^>]*>([^<]*)<\/resumptionToken>/.exec(answer)?.[1]?.trim() ?? '';
    if (next === '' || next === token) break;
    token = next;
  }
  for (const name of temporary()) {
    const path = join(folder, name);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
    renameSync(`${path}.gz`, join(folder, `${name.slice(0, -suffix.length)}.gz`));
  }
  return 0;
}

function temporary(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .sort();
}

function cleanUp(): number {
  for (const name of temporary()) rmSync(join(folder, name));
  return 1;
}

/** Statuses and connections that fail are tried again, a body that breaks is not: null. */
async function ask(token: string): Promise<string | null> {
  const query =
    token === ''
      ? { verb: 'ListRecords', metadataPrefix: prefix }
      : { verb: 'ListRecords', resumptionToken: token };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const response = await fetch(`${baseUrl}?${new URLSearchParams(query).toString()}`, {
      signal: AbortSignal.timeout(2_000),
    }).catch(() => null);
    if (response === null || response.status === 429 || response.status >= 500) {
      await response?.body?.cancel();
      await sleep(1_100);
      continue;
    }
    if (!response.ok) return null;
    return response.text().catch(() => null);
  }
  return null;
}

function isWhole(answer: string): boolean {
  return answer.trimStart().startsWith('<?xml') && /<\/OAI-PMH>\s*$/.test(answer);
}
