/**
 * Name servers and mail servers for the tests of the mail probe, in the namespace of a lab host.
 * `node mail-servers.mjs CONFIG`: a JSON file with `names` (records by `TYPE NAME`), `servers` (npm smtp-server) and
 * `scripts` (answers by command, also wrong ones). Prints `ready` on standard error.
 * @module
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { SMTPServer } from 'smtp-server';

const { names, servers = [], scripts = [] } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const DNS_PORT = 53;
const TYPES = { 1: 'A', 15: 'MX', 28: 'AAAA' };
const NO_SUCH_NAME = 3;

/** Answers queries for A, AAAA and MX records (RFC 1035); a name whose record is `silent` gets no answer. */
async function serveNames(records) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, end } = readName(query, 12);
    const type = TYPES[query.readUInt16BE(end)];
    const found = records[`${type} ${name}`];
    if (found === 'silent') return;
    const isKnown = Object.keys(records).some((key) => key.endsWith(` ${name}`));
    const answers = (found ?? []).map((record) => answerOf(type, record));
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (isKnown ? 0 : NO_SUCH_NAME), 2); // a response, recursive
    header.writeUInt16BE(answers.length, 6);
    header.fill(0, 8, 12);
    socket.send(Buffer.concat([header, query.subarray(12, end + 4), ...answers]), port, address);
  });
  socket.bind(DNS_PORT);
  await once(socket, 'listening');
}

function readName(query, start) {
  const labels = [];
  let at = start;
  for (let length = query[at]; length > 0; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** A record whose name is a pointer to that of the question. */
function answerOf(type, record) {
  const head = Buffer.from([
    0xc0,
    12,
    0,
    Number(Object.keys(TYPES).find((key) => TYPES[key] === type)),
    0,
    1,
    0,
    0,
    0,
    60,
  ]);
  const data = type === 'MX' ? Buffer.concat([u16(record[0]), nameBytes(record[1])]) : addressBytes(record);
  return Buffer.concat([head, u16(data.length), data]);
}

function u16(value) {
  return Buffer.from([value >> 8, value & 255]);
}

function nameBytes(name) {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.of(0),
  ]);
}

/** IPv6 addresses are written without `::`. */
function addressBytes(text) {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  return Buffer.concat(text.split(':').map((group) => u16(Number.parseInt(group, 16))));
}

/** An npm smtp-server: `recipients` are answers by recipient, `bannerDelay` milliseconds before the banner. */
async function serveSmtp({ port, recipients = {}, bannerDelay = 0, ...options }) {
  const server = new SMTPServer({
    disableReverseLookup: true,
    authOptional: true,
    ...options,
    onConnect: (_session, done) => setTimeout(done, bannerDelay),
    onRcptTo: ({ address }, _session, done) => {
      const answer = recipients[address];
      done(answer === undefined ? null : Object.assign(new Error(answer.text), { responseCode: answer.code }));
    },
  });
  server.on('error', () => undefined); // a client that gives up
  server.listen(port);
  await once(server.server, 'listening');
}

/** A server that answers by script: `{ text, later, close: 'end' | 'reset', isEndless, startsTls, afterTls }` by
 * command. */
async function serveScript({ port, answers, key, cert }) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const answer = (stream, name) => {
      const { text = '', later, close, isEndless, startsTls, afterTls = '' } = answers[name] ?? {};
      stream.write(text, 'latin1');
      if (later !== undefined) setTimeout(() => stream.write(later, 'latin1'), 50);
      if (close === 'end') stream.end();
      if (close === 'reset') socket.resetAndDestroy();
      if (isEndless) writeForever(stream, text);
      if (startsTls) {
        socket.removeAllListeners('data');
        const secured = new TLSSocket(socket, { isServer: true, key, cert });
        secured.on('error', () => undefined);
        secured.write(afterTls);
        readCommands(secured, (command) => answer(secured, `${command}-TLS`));
      }
    };
    readCommands(socket, (command) => answer(socket, command));
    answer(socket, 'BANNER');
  });
  server.listen(port);
  await once(server, 'listening');
}

function readCommands(stream, onCommand) {
  let text = '';
  stream.on('data', (data) => {
    text += data;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      const [command] = text.slice(0, end).trim().split(/[ :]/, 1);
      text = text.slice(end + 1);
      onCommand(command);
    }
  });
}

async function writeForever(stream, text) {
  const block = text.repeat(1000);
  try {
    while (!stream.destroyed) {
      if (!stream.write(block, 'latin1')) await once(stream, 'drain', { signal: AbortSignal.timeout(60_000) });
    }
  } catch {
    // the client has closed the connection
  }
}

await serveNames(names);
for (const server of servers) await serveSmtp(server);
for (const script of scripts) await serveScript(script);
process.stderr.write('ready\n');
