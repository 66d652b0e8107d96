/**
 * What keeps an open page true: it reads the page again, counts down by the server's clock, and says so when it is cut
 * off. Sent as a file of its own, since nothing inline is allowed; the page needs none of it.
 */
export const OVERVIEW_SCRIPT = `'use strict';
(() => {
  const EVERY = 10000;
  const byId = (id) => document.getElementById(id);
  let ahead = 0;
  let fetchedAt = 0;

  const syncClock = () => {
    ahead = Date.parse(byId('as-of').dataset.now) - Date.now();
    fetchedAt = Date.now();
  };

  const spanOf = (seconds) => {
    const units = [['d', 86400], ['h', 3600], ['m', 60], ['s', 1]];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first < 0) return '0s';
    let left = seconds;
    return units.slice(first, first + 2).map(([name, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count > 0 ? count + name : '';
    }).filter(Boolean).join(' ');
  };

  const tick = () => {
    for (const time of document.querySelectorAll('time[data-until]')) {
      const left = Math.round((Date.parse(time.dateTime) - Date.now() - ahead) / 1000);
      const text = left > 0 ? 'in ' + spanOf(left) : 'now';
      if (time.textContent !== text) time.textContent = text;
    }
  };

  const showCut = (why) => {
    const since = byId('as-of').querySelector('time').textContent;
    const text = why === '' ? '' : why + ' What you see is of ' + since + '.';
    if (byId('cut').textContent !== text) byId('cut').textContent = text;
    document.documentElement.classList.toggle('old', why !== '');
  };

  const put = (old, fresh) => {
    if (old.dataset.shown === fresh.innerHTML && old.className === fresh.className) return;
    const open = [...old.querySelectorAll('details[open]')].map(({ id }) => id);
    const inside = old.contains(document.activeElement);
    const focused = inside ? document.activeElement.closest('[id]').id : '';
    old.dataset.shown = fresh.innerHTML;
    old.className = fresh.className;
    old.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    for (const id of open) byId(id)?.setAttribute('open', '');
    if (focused !== '') (byId(focused)?.querySelector('summary, a') ?? byId(focused))?.focus();
  };

  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch('/', { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(8000) });
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!answer.ok) return showCut('The server cannot read how things stand.');
      for (const old of document.querySelectorAll('[data-live]')) {
        const fresh = next.getElementById(old.id);
        if (fresh) put(old, fresh);
      }
      byId('as-of').dataset.now = next.getElementById('as-of').dataset.now;
      byId('as-of').querySelector('time').replaceWith(next.getElementById('as-of').querySelector('time'));
      document.title = next.title;
      syncClock();
      showCut('');
    } catch {
      showCut('The connection is lost.');
    }
    tick();
  };

  syncClock();
  tick();
  setInterval(tick, 1000);
  setInterval(() => {
    // A tab that was frozen never shows an old state as if it were the present one.
    if (Date.now() - fetchedAt > 3 * EVERY) showCut('This page was not kept up to date.');
    void refresh();
  }, EVERY);
  document.addEventListener('visibilitychange', () => void refresh());
})();
`;
