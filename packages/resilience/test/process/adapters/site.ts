import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site of a few pages that keeps what it can in the browser. */
export interface Site {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Runs in the page `/keep`: one value in each storage. */
const KEEP = `
  localStorage.setItem('where', 'local');
  sessionStorage.setItem('where', 'session');
  const request = indexedDB.open('kept', 3);
  request.onupgradeneeded = () => request.result.createObjectStore('things', { keyPath: 'id' });
  request.onsuccess = () => {
    const transaction = request.result.transaction('things', 'readwrite');
    transaction.objectStore('things').put({ id: 1, when: new Date(1000), bytes: new Uint8Array([1, 2, 3]) });
    transaction.oncomplete = () => { request.result.close(); document.title = 'kept'; };
  };
`;

/** An expression for any page of the site: what all storages hold, as text. */
export const READ_BACK = `(async () => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('kept');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const version = database.version;
  const thing = database.objectStoreNames.contains('things') ? await new Promise((resolve) => {
    const request = database.transaction('things').objectStore('things').get(1);
    request.onsuccess = () => resolve(request.result);
  }) : undefined;
  database.close();
  return [localStorage.getItem('where'), sessionStorage.getItem('where'), version,
    thing?.when?.getTime(), String(thing?.bytes)].join(' ');
})()`;

/** Pages: `/keep`, `/who` (whose cookies came), `/login`, `/gate` (sends on to the login without a cookie), `/silent`. */
export async function startSite(): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const cookies = request.headers.cookie ?? '';
    switch (path) {
      case '/keep':
        response.setHeader('set-cookie', ['visit=1; HttpOnly', 'for=ever; Max-Age=86400; SameSite=Strict']);
        return html(response, `<script>${KEEP}</script>`);
      case '/who':
        return html(response, `<p>${cookies.split('; ').sort().join('; ')}</p>`);
      case '/enter':
        response.setHeader('set-cookie', 'user=demo; HttpOnly');
        return html(response, '<title>in</title>');
      case '/gate':
        if (cookies.includes('user=demo')) return html(response, '<title>inside</title>');
        return void response.writeHead(302, { location: '/login' }).end();
      case '/silent':
        return undefined;
      default:
        return html(response, '<title>page</title>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function html(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html>${body}`);
}
