/** Runs `tapline edit`. @module */
import { FrameEdits } from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import type { EditCommand } from './edit-options.ts';
import { runRewrite } from './run-rewrite.ts';

export async function runEdit(command: EditCommand, context: CommandContext): Promise<void> {
  const { edits, strip } = command;
  const stripping = strip ? 'secrets' : 'nothing';
  const changes = { editor: new FrameEdits(edits), stripping, addsComments: edits.comments !== undefined } as const;
  const frames = await runRewrite(command, changes, context);
  context.stderr.write(`${frames} frame${frames === 1 ? '' : 's'} written\n`);
}
