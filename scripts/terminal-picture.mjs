/**
 * Draws `docs/terminal.svg`, the picture in the README, from a real run: two hosts in network namespaces, `tapline` on one
 * of them, traffic from the other. Nothing leaves the namespaces. @module
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded, ROOT } from './build-if-needed.mjs';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const PICTURE = join(ROOT, 'docs', 'terminal.svg');
const COLUMNS = 112;
const FONT_SIZE = 13;
const COLUMN_WIDTH = 7.83;
const LINE_HEIGHT = 18;
const MARGIN = 16;
const BAR_HEIGHT = 28;

buildIfNeeded();
const { createLab, enterLab, exchangeTcp, twoHosts } = await import('../dist/lab/index.js');

/** Runs `tapline` on `host`; resolves to what a terminal shows. */
function tapline(host, words, onListening = async () => {}) {
  const child = host.run(() => spawn(process.execPath, [MAIN, ...words]));
  return new Promise((resolve, reject) => {
    let text = '';
    let isListening = false;
    const collect = (data) => {
      text += data;
      if (isListening || !text.includes('listening on')) return;
      isListening = true;
      onListening().catch(reject);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', () => resolve(text.trimEnd().split('\n')));
  });
}

async function screen(lab) {
  const [left, right] = [lab.host('left'), lab.host('right')];
  const encode = (text) => new TextEncoder().encode(text);
  const talk = () =>
    exchangeTcp(left, right, {
      port: 25,
      request: encode('EHLO left.example\r\n'),
      reply: encode('250 right.example\r\n'),
    });
  const lines = [];
  const show = async (command, onListening) => {
    lines.push(`# tapline ${command}`, ...(await tapline(right, command.split(' '), onListening)), '');
  };
  await show('capture -i eth0 -c 6 -n tcp port 25', talk);
  await show('capture -i eth0 hots 10.1.1.1');
  await show('ping -c 3 10.1.1.1');
  return lines.slice(0, -1);
}

/** Breaks a line where a terminal breaks it. */
function wrap(line) {
  const parts = [];
  for (let at = 0; at === 0 || at < line.length; at += COLUMNS) parts.push(line.slice(at, at + COLUMNS));
  return parts;
}

function escapeXml(text) {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

function draw(lines) {
  const rows = lines.flatMap(wrap);
  const width = Math.ceil(COLUMNS * COLUMN_WIDTH + 2 * MARGIN);
  const height = BAR_HEIGHT + rows.length * LINE_HEIGHT + 2 * MARGIN;
  const text = rows.map((row, index) => {
    const y = BAR_HEIGHT + MARGIN + (index + 0.75) * LINE_HEIGHT;
    const style = row.startsWith('# ') ? ' class="typed"' : '';
    return `  <text x="${MARGIN}" y="${y}"${style} xml:space="preserve">${escapeXml(row)}</text>`;
  });
  const buttons = [0, 1, 2].map((index) => `  <circle cx="${MARGIN + 6 + index * 18}" cy="14" r="5" class="button"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="tapline in a terminal">`,
    '  <style>',
    '    .window { fill: #16191d } .bar { fill: #23282e } .button { fill: #4a525b }',
    `    text { font: ${FONT_SIZE}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #c9d1d9 }`,
    '    .typed { fill: #7ee0c2 }',
    '  </style>',
    `  <rect width="${width}" height="${height}" rx="8" class="window"/>`,
    `  <path d="M0 ${BAR_HEIGHT}V8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${BAR_HEIGHT}Z" class="bar"/>`,
    ...buttons,
    ...text,
    '</svg>',
    '',
  ].join('\n');
}

const entered = await enterLab();
if (entered === undefined) {
  const lab = await createLab(twoHosts());
  try {
    writeFileSync(PICTURE, draw(await screen(lab)));
  } finally {
    await lab.close();
  }
} else {
  process.exitCode = entered;
}
