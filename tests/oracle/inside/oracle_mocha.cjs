// Loaded into the mocha that runs a JavaScript suite: finds the server under OSS's host names, leaves out the
// tests that do not apply, records outcomes.

const dns = require('dns');
const fs = require('fs');
const net = require('net');

const ports = { 80: Number(process.env.ORACLE_HTTP_PORT), 443: Number(process.env.ORACLE_HTTPS_PORT) };
const ossHost = new RegExp(`^(?:${process.env.ORACLE_HOSTS})$`);
const leaveOut = new RegExp(`^(?:${process.env.ORACLE_LEAVE_OUT})$`, 's');

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connectToServer(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (options && typeof options === 'object' && ossHost.test(options.host)) {
    options.host = '127.0.0.1';
    options.port = ports[options.port] || options.port;
  }
  return connect.apply(this, args);
};

const lookup = dns.lookup;
dns.lookup = function lookupServer(host, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  if (!ossHost.test(host)) return lookup.call(dns, host, options, callback);
  const all = typeof options === 'object' && options.all;
  return process.nextTick(() => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)));
};

function write(record) {
  fs.appendFileSync(process.env.ORACLE_OUTCOMES, `${JSON.stringify(record)}\n`);
}

function prune(suite, found) {
  suite.tests.forEach(test => found.push(test.fullTitle()));
  suite.tests = suite.tests.filter(test => !leaveOut.test(test.fullTitle()));
  suite.suites.forEach(inner => prune(inner, found));
  suite.suites = suite.suites.filter(inner => inner.total() > 0);
}

module.exports = function Recorder(runner) {
  runner.on('pass', test => write({ title: test.fullTitle(), outcome: 'passed', said: '' }));
  runner.on('fail', (test, error) =>
    write({ title: test.fullTitle(), outcome: 'failed', said: String(error.message || error).split('\n')[0] })
  );
  runner.on('pending', test => write({ title: test.fullTitle(), outcome: 'skipped', said: '' }));
  const found = [];
  prune(runner.suite, found);
  write({ found });
  runner.total = runner.suite.total();
};
