import type { Context, Hono } from 'hono';
import type { Problem } from '../problem.ts';
import type { GuideFile } from './guide-files.ts';

/** What the routes show. */
export interface GuideParts {
  /** The files of the guide by their path below `/guide/`; none when it was not built. */
  readonly guide: () => ReadonlyMap<string, GuideFile>;
  readonly refuse: (context: Context, problem: Problem) => Response;
}

/** The manual, as it lies in the package: `/guide/` and its files. Nothing is looked up by a path of the asker's. */
export function addGuideRoutes(app: Hono, { guide, refuse }: GuideParts): void {
  app.get('/guide', (context) => context.redirect('/guide/', 301));
  app.get('/guide/*', (context) => {
    const name = context.req.path.slice('/guide/'.length) || 'index.html';
    const file = guide().get(name);
    if (file === undefined) return refuse(context, NO_PAGE);
    return context.body(new Uint8Array(file.bytes), 200, { 'Content-Type': file.type });
  });
}

const NO_PAGE: Problem = {
  status: 404,
  code: 'ERR_HTTP_NOT_FOUND',
  message: 'The guide has no such page.',
  hint: 'It begins at /guide/.',
};
