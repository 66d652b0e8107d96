import type { Lease } from '@holdfast/resilience/session';
import type { Page } from 'playwright-core';
import { openPage } from './open-page.ts';
import type { PageElement } from './open-page.ts';

/** A match as the list shows it. */
export type Match = { readonly id: string; readonly name: string; readonly score: number };

/** A match as its own page shows it. */
export type Profile = { readonly id: string; readonly city: string; readonly about: string };

/** How many pages of matches there are. */
export async function countMatchPages(lease: Lease<Page>): Promise<number> {
  await openPage(lease, '/matches');
  return lease.run(async (page) => Number(await page.getAttribute('[data-pages]', 'data-pages')));
}

/** The matches of one page. */
export async function readMatches(lease: Lease<Page>, number: number): Promise<Match[]> {
  await openPage(lease, `/matches?page=${number}`);
  return lease.run((page) =>
    page.locator('.match').evaluateAll((rows: PageElement[]) =>
      rows.map((row) => ({
        id: row.getAttribute('data-id') ?? '',
        name: row.querySelector('.name')?.textContent ?? '',
        score: Number(row.querySelector('.score')?.textContent),
      })),
    ),
  );
}

/** What a match tells on its own page. */
export async function readProfile(lease: Lease<Page>, id: string): Promise<Profile> {
  await openPage(lease, `/matches/${id}`);
  return lease.run(async (page) => ({
    id,
    city: (await page.textContent('.match .city')) ?? '',
    about: (await page.textContent('.match .about')) ?? '',
  }));
}
