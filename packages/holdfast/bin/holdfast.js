#!/usr/bin/env node
/*
 * Starts the command line under a Node that is new enough. An older Node must be able to read this file, hence
 * `var` and no syntax younger than ES2015 (beside import()). It is CommonJS, by the package.json beside it: the
 * supervisor, which lives in the process that it starts, is smaller by the loader of modules.
 * Exit code 78 when no suitable Node is found: that is a matter of configuration.
 */
var fs = require('fs');
var path = require('path');
var url = require('url');

var NEEDED = [24, 15];

function newEnough(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

function fail(sentences) {
  process.stderr.write('holdfast: ' + sentences + '\n');
  process.exitCode = 78;
}

/** The Node that this checkout brings for this system, found in node_modules from here upwards. */
function findBroughtNode(here) {
  var name = process.platform === 'win32' ? 'win' : process.platform;
  var names = ['node-' + name + '-' + process.arch, 'node-bin-' + name + '-' + process.arch];
  var file = process.platform === 'win32' ? 'node.exe' : 'node';
  for (var dir = path.dirname(here); ; dir = path.dirname(dir)) {
    for (var i = 0; i < names.length; i++) {
      var candidate = path.join(dir, 'node_modules', names[i], 'bin', file);
      if (fs.existsSync(candidate)) return candidate;
    }
    if (dir === path.dirname(dir)) return undefined;
  }
}

/**
 * Runs this file again with `node`. The channel between the two is there to be lost: the other process ends
 * when this one is killed without a chance to pass the signal on.
 */
function rerun(node, here) {
  var child = require('child_process').spawn(node, [here].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { HOLDFAST_LAUNCHED: '1' }),
    windowsHide: true,
  });
  var signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  var forward = function (signal) {
    child.kill(signal);
  };
  signals.forEach(function (signal) {
    process.on(signal, forward);
  });
  child.on('error', function (error) {
    fail(
      'the Node at ' +
        node +
        ' does not start (' +
        error.message +
        '). Run npm ci again, or use Node ' +
        needed(),
    );
  });
  child.on('exit', function (code, signal) {
    signals.forEach(function (each) {
      process.removeListener(each, forward);
    });
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

function needed() {
  return NEEDED.join('.') + ' or newer (https://nodejs.org).';
}

function endWithLauncher() {
  delete process.env.HOLDFAST_LAUNCHED;
  if (!process.channel) return;
  process.on('disconnect', function () {
    process.exit(1);
  });
  process.channel.unref();
}

/** The supervisor is a program of its own, in one file: it stays small by never loading the command line. */
function runMain() {
  var supervises = process.argv[2] === 'supervise' && process.argv.indexOf('--help') < 0;
  var file = path.join(__dirname, supervises ? '../dist/daemon/supervise.cjs' : '../dist/cli/main.js');
  if (!fs.existsSync(file)) {
    fail('the built program is missing. Run npm ci (or npm run build) in the checkout and try again.');
  } else if (supervises) {
    require(file).main(process.argv.slice(3));
  } else {
    import(url.pathToFileURL(file).href).then(function (cli) {
      return cli.main(process.argv.slice(2));
    });
  }
}

if (newEnough(process.versions.node)) {
  if (process.env.HOLDFAST_LAUNCHED) endWithLauncher();
  runMain();
} else {
  var node = findBroughtNode(__filename);
  if (node) rerun(node, __filename);
  else {
    fail(
      'this is Node ' +
        process.versions.node +
        ', which is too old, and no other Node was found beside this program for ' +
        process.platform +
        '-' +
        process.arch +
        '. Use Node ' +
        needed(),
    );
  }
}
