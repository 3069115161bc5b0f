/** `tapline diagnostic network smtpping`: the same as `tapline smtpping`. @module */
import { StackError } from '../../base/errors.ts';
import type { DiagnosticWords } from './diagnostic-options.ts';
import type { HostView } from './host-view.ts';
import { parseSmtpping, type SmtppingWords } from './smtpping-options.ts';

export const smtpPing: HostView<DiagnosticWords & SmtppingWords & { readonly c: string | undefined }> = {
  name: 'smtpping',
  title: 'Test a remote SMTP server.',
  async run(words, context) {
    if (words.netns !== undefined) {
      throw new StackError(
        'USAGE',
        'smtpping does not enter a namespace; start it there: ip netns exec NAME tapline smtpping ...',
      );
    }
    if (words.csv) throw new StackError('USAGE', 'smtpping has no CSV output; use --json or --ndjson');
    const command = parseSmtpping(words.argument, words);
    const { runSmtpping } = await import('./run-smtpping.ts');
    await runSmtpping(command, context);
  },
};
