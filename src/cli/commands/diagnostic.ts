/** `tapline diagnostic`: network utilities in the menus of the reference appliance. @module */
import type { Argv, CommandModule } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { flush, flushOptions } from '../host/diagnostic-flush.ts';
import { arpShow, ndpShow, neighbourOptions } from '../host/diagnostic-neighbours.ts';
import { diagnosticOptions } from '../host/diagnostic-options.ts';
import { smtpPing } from '../host/diagnostic-smtpping.ts';
import { findView, type HostView, knownViews } from '../host/host-view.ts';
import { smtppingOptions } from '../host/smtpping-options.ts';

type DiagnosticArguments = ReturnType<typeof options> extends Argv<infer Words> ? Words : never;

interface DiagnosticSection {
  readonly name: string;
  readonly title: string;
  readonly operations: readonly HostView<DiagnosticArguments>[];
}

/** In the order of the menus. */
const SECTIONS: readonly DiagnosticSection[] = [
  { name: 'network', title: 'Network Utilities.', operations: [flush, arpShow, ndpShow, smtpPing] },
];

export function diagnosticCommand(context: CommandContext): CommandModule<object, DiagnosticArguments> {
  return {
    command: 'diagnostic [section] [operation] [argument..]',
    describe: 'show ARP and NDP caches, flush network caches, test mail servers',
    builder: options,
    async handler(words) {
      const section = chosen(SECTIONS, 'section', words.section);
      const operation = section && chosen(section.operations, 'operation', words.operation);
      if (operation === undefined) context.stdout.write(menuText(section));
      else await operation.run(words, context);
    },
  };
}

/** Declares the shared options, then those of single operations. */
function options(command: Argv) {
  return smtppingOptions(neighbourOptions(flushOptions(diagnosticOptions(command))), 'smtpping: ');
}

/** @throws StackError `USAGE` for an unknown name */
function chosen<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  kind: string,
  name: string | undefined,
): Entry | undefined {
  if (name === undefined) return undefined;
  const found = findView(entries, name);
  if (found !== undefined) return found;
  throw new StackError('USAGE', `diagnostic has no ${kind} ${JSON.stringify(name)}; ${knownViews(entries, name)}`);
}

function menuText(section: DiagnosticSection | undefined): string {
  const entries = section?.operations ?? SECTIONS;
  const lines = entries.map(({ name, title }) => `- ${name.toUpperCase()} - ${title}\n`);
  const usage = section === undefined ? 'SECTION OPERATION' : `${section.name} OPERATION [OPTION]...`;
  return (
    `Choose the operation you want to perform:\n\n${lines.join('')}\n` +
    `usage: tapline diagnostic ${usage}; tapline diagnostic --help lists the options\n`
  );
}
