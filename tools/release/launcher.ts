import type { Platform } from './platforms.ts';
import { nodeBinary } from './platforms.ts';

/** Starts the program of an archive under the archive's own Node, also through links to this file. */
export function shellLauncher(platform: Platform): string {
  return `#!/bin/sh
# Starts Holdfast under the Node of this folder. May be linked to from a folder of your PATH.
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
app=$(cd "$(dirname "$self")/../app/node_modules" && pwd -P) || exit 78
exec "$app/${platform.node}/${nodeBinary(platform)}" "$app/holdfast/bin/holdfast.js" "$@"
`;
}

/** The same for Windows. */
export function windowsLauncher(platform: Platform): string {
  const app = '%~dp0..\\app\\node_modules';
  const node = `${app}\\${platform.node}\\${nodeBinary(platform).replaceAll('/', '\\')}`;
  return `@"${node}" "${app}\\holdfast\\bin\\holdfast.js" %*\r\n`;
}

/** What stands beside the program: how to begin, to upgrade and to remove it. */
export function archiveReadme(platform: Platform, version: string): string {
  const command = platform.windows ? 'bin\\holdfast' : './bin/holdfast';
  const quarantine = platform.name.startsWith('darwin')
    ? `
If macOS refuses to start it because a browser downloaded it, run once in this folder:
  xattr -dr com.apple.quarantine .
`
    : '';
  return `Holdfast ${version} for ${platform.name}, with its own Node. Nothing has to be installed.

  ${command} demo             # harvests simulated upstreams with faults; needs no network
  ${command} run              # harvests arXiv and bioRxiv of the last 30 days, until Ctrl-C
  ${command} service install  # with the machine: shows everything first; copies what it needs, this folder may go
${quarantine}
Data are in a folder of your user, not in this one: \`${command} config\` names it.
To upgrade, unpack the newer archive, and run \`service install\` again from it if you use the service.
To remove it: \`${command} service uninstall\` if you installed it, then delete this folder. The data stay.
Licences: LICENSE, THIRD-PARTY-LICENSES.txt. What is in it: sbom.cdx.json (CycloneDX).
`;
}
