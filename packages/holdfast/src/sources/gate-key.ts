/** Services whose interfaces share one limit over several hosts, by registrable domain. */
const SERVICES: readonly (readonly [host: string, key: string])[] = [
  ['arxiv.org', 'arxiv'],
  ['biorxiv.org', 'biorxiv'],
];

/**
 * The politeness key of a base URL: sources of one upstream service take turns. Known services by their domain,
 * everything else by host and port, so that two servers of this machine stay apart.
 */
export function gateKeyOf(baseUrl: string): string {
  const { hostname, host } = new URL(baseUrl);
  const service = SERVICES.find(([domain]) => hostname === domain || hostname.endsWith(`.${domain}`));
  return service?.[1] ?? host;
}
