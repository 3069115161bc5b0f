/** Comments of PCAPNG blocks. @module */
import type { BlockView } from './block-list.ts';
import { OptionCode } from './format.ts';
import { optionsOf } from './packet-block.ts';

/** Maximum number of comments that are returned of one block. */
const MAX_COMMENTS = 1000;

/** Returns the comments of a block, in their order; at most 1,000 of them. Their text is as the file contains it. */
export function commentsOf(block: BlockView): string[] {
  const comments: string[] = [];
  const option = optionsOf(block);
  while (comments.length < MAX_COMMENTS && option.next()) {
    if (option.code === OptionCode.comment) comments.push(option.text());
  }
  return comments;
}
