/** Writes `dist/man`, the manual pages, from the option definitions of the commands in `src/cli/commands`. @module */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import yargs from 'yargs';
import { ROOT } from './build-if-needed.mjs';

const OUTPUT = join(ROOT, 'dist', 'man');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Options that say nothing about a command. */
const COMMON_OPTIONS = ['help', 'version'];

/** Returns `supportBundle` for `support-bundle`. */
function identifier(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** @returns the commands, as `tapline` gets them */
async function loadCommands() {
  const names = readdirSync(join(ROOT, 'src/cli/commands')).map((file) => file.replace(/\.ts$/, ''));
  const file = join(ROOT, 'build', 'commands.mjs');
  await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: [
        ...names.map(
          (name) => `export { ${identifier(name)}Command as ${identifier(name)} } from './commands/${name}.ts';`,
        ),
        "export { EXIT_STATUS, PURPOSE } from './program.ts';",
      ].join('\n'),
      resolveDir: join(ROOT, 'src/cli'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    outfile: file,
  });
  const { EXIT_STATUS, PURPOSE, ...create } = await import(pathToFileURL(file).href);
  return { commands: names.map((name) => create[identifier(name)]({})), exitStatus: EXIT_STATUS, purpose: PURPOSE };
}

/** Text of a page: backslashes, hyphens and leading dots mean something to troff. */
function escapeRoff(text) {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/’/g, "'")
    .replace(/…/g, '...')
    .replace(/^([.'])/gm, '\\&$1');
}

/** `-c, --count=VALUE`, as names of one option. */
function namesOf(key, options) {
  const names = [key, ...(options.alias[key] ?? [])];
  const isIn = (list) => names.some((name) => list.includes(name));
  const takesValue = !isIn(options.boolean) && !isIn(options.count);
  const choices = names.map((name) => options.choices[name]).find((list) => list !== undefined);
  const value = takesValue ? (choices?.join('|') ?? 'VALUE') : undefined;
  const shown = names
    .toSorted((one, other) => one.length - other.length)
    .map((name) => `\\fB${escapeRoff(name.length === 1 ? `-${name}` : `--${name}`)}\\fR`);
  return shown.join(', ') + (value === undefined ? '' : ` \\fI${escapeRoff(value)}\\fR`);
}

function defaultOf(key, options) {
  const described = options.defaultDescription?.[key];
  const value = options.default[key];
  const text =
    described ?? (value === undefined || value === false || Array.isArray(value) ? undefined : String(value));
  return text === undefined ? '' : ` Default: ${text}.`;
}

function sentence(text) {
  const trimmed = text.trim();
  return trimmed === ''
    ? ''
    : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}

function optionSections(parser, positionals) {
  const options = parser.getOptions();
  const descriptions = parser.getInternalMethods().getUsageInstance().getDescriptions();
  const aliases = new Set(Object.values(options.alias).flat());
  const hidden = new Set([...options.hiddenOptions, ...COMMON_OPTIONS, ...positionals]);
  const keys = Object.keys(options.key).filter((key) => !hidden.has(key) && !aliases.has(key));
  const groups = parser.getGroups();
  const grouped = new Set(Object.values(groups).flat());
  const sections = Object.entries(groups).map(([title, members]) => [
    title,
    keys.filter((key) => members.includes(key)),
  ]);
  sections.push(['Options:', keys.filter((key) => !grouped.has(key))]);
  return sections
    .filter(([, members]) => members.length > 0)
    .flatMap(([title, members]) => [
      `.SS ${escapeRoff(title.replace(/:$/, ''))}`,
      ...members.flatMap((key) => [
        '.TP',
        namesOf(key, options),
        escapeRoff(sentence((descriptions[key] ?? '').replace('__yargsString__:', '')) + defaultOf(key, options)),
      ]),
    ]);
}

function head(name, purpose) {
  return [
    `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "tapline ${version}" "tapline"`,
    '.SH NAME',
    `${escapeRoff(name)} \\- ${escapeRoff(purpose)}`,
    '.SH SYNOPSIS',
  ];
}

function commandPage(command, exitStatus) {
  const usage = String(command.command);
  const [name] = usage.split(' ');
  const positionals = Array.from(usage.matchAll(/[<[](\w+)/g), ([, word]) => word);
  const parser = command.builder(yargs([]).help(false).version(false));
  const descriptions = parser.getInternalMethods().getUsageInstance().getDescriptions();
  const aliases = [command.aliases ?? []].flat();
  const text = [
    ...head(`tapline-${name}`, command.describe),
    `\\fBtapline ${escapeRoff(name)}\\fR [\\fIOPTION\\fR]... ${escapeRoff(usage.replace(/^\S+ ?/, ''))}`,
    '.SH DESCRIPTION',
    escapeRoff(sentence(command.describe)),
    ...(aliases.length === 0 ? [] : ['.PP', escapeRoff(`Alias: tapline ${aliases.join(', tapline ')}.`)]),
    ...positionals.flatMap((word) => ['.TP', `\\fI${word}\\fR`, escapeRoff(sentence(descriptions[word] ?? ''))]),
    '.SH OPTIONS',
    ...optionSections(parser, positionals),
    '.SH EXIT STATUS',
    escapeRoff((command.exitStatus ?? exitStatus).replace(/^Exit status: /, '')),
    '.SH SEE ALSO',
    '.BR tapline (1)',
    '',
  ];
  return { name: `tapline-${name}`, text: text.join('\n') };
}

function mainPage(commands, { purpose, exitStatus }) {
  const text = [
    ...head('tapline', purpose),
    '\\fBtapline\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...',
    '.SH COMMANDS',
    ...commands.flatMap((command) => {
      const [name, ...rest] = String(command.command).split(' ');
      return [
        '.TP',
        `\\fB${escapeRoff(name)}\\fR ${escapeRoff(rest.join(' '))}`,
        escapeRoff(sentence(command.describe)),
      ];
    }),
    '.SH EXIT STATUS',
    escapeRoff(exitStatus.replace(/^Exit status: /, '')),
    '.SH SEE ALSO',
    commands.map((command) => `.BR tapline\\-${String(command.command).split(' ')[0]} (1)`).join('\n'),
    '',
  ];
  return { name: 'tapline', text: text.join('\n') };
}

const { commands, ...common } = await loadCommands();
const pages = [mainPage(commands, common), ...commands.map((command) => commandPage(command, common.exitStatus))];
rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT, { recursive: true });
for (const { name, text } of pages) writeFileSync(join(OUTPUT, `${name}.1`), text);
