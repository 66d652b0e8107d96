/** What a test may need that not every machine has. Nothing else is ever a reason to skip one. */
export type Need =
  | 'strace'
  | 'Chromium'
  | 'mocked logind'
  | 'network namespaces'
  | 'mounts'
  | 'recorded responses'
  | 'Node 20'
  | 'Node 22'
  | 'Node 24'
  | 'systemd-analyze'
  | 'an isolated systemd'
  | 'xmllint'
  | 'python3'
  | 'PostgreSQL'
  | 'root';

/**
 * Whether a test that needs `what` can run: `test.skipIf(!covered('strace', isThere))`. Where everything has to be
 * covered (`HOLDFAST_REQUIRE_ALL=1`, as in CI) a missing part is an error and not a skipped test.
 */
export function covered(what: Need, isThere: boolean): boolean {
  if (!isThere && process.env['HOLDFAST_REQUIRE_ALL'] === '1') {
    throw new Error(
      `not covered: ${what} is not on this machine, and HOLDFAST_REQUIRE_ALL=1 asks for everything`,
    );
  }
  return isThere;
}
