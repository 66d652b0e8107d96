/** What `--help` prints. */
export const usage = `Simulated upstream with a ground-truth ledger and faults by name.

  --kind K              arxiv, biorxiv, medrxiv or oai-pmh (required)
  --port P --host H     where to listen; port 0 (default) picks a free one, host 127.0.0.1
  --seed N              decides every record (1)
  --records N           rows in the list (1000)
  --days N              days over which they are spread, the last one yesterday (20)
  --record-bytes N      approximate size of a record (1200)
  --page-size N         rows a page (arxiv 2500, biorxiv and medrxiv 30, oai-pmh 100)
  --fault F             [SCOPE:]NAME@PAGE[xTIMES], x* for ever; may be repeated
  --list-faults [--json]
  --ledger FILE         append the ledger as JSON lines
  --ledger-ids on|off   write served ids into it (on)
  --one-stamp N         so many consecutive rows on one datestamp (arxiv, oai-pmh)
  --restamp N           after every page so many delivered rows get a new datestamp (arxiv, oai-pmh)
  --publish-late N      hide so many consecutive rows at first
  --publish-after N     publish them after so many requests (20)
  --publish-after-ms N  or after so many milliseconds, if that is earlier
  --granularity G       seconds or day (oai-pmh)
  --token-ttl MS        life of a token (oai-pmh, 3600000)
  --sets N              number of sets, 0 for noSetHierarchy (oai-pmh)
  --inflate-total N     rows by which total exceeds the truth (biorxiv, medrxiv)
  --cdn                 arXiv's cache in front of the server
  --retry-after N       seconds that Retry-After names (1)
  --slow-ms N           how long the slow faults hold an answer (2000)
  --drip-bytes N        bytes a second of slow-drip (2000)
  --now TIME            where the server's clock stands at the start (the real time)
  --cache-pages         keep finished pages (for benches)
  --no-gzip             never compress
`;
