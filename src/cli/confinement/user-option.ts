/** `-Z`. @module */
import { optionGroup } from '../option-group.ts';

/** Declares `-Z`. */
export function userOption(group: string) {
  return optionGroup(group).value(
    'user to continue as when the sockets are open; root: keep the right to write files, and no other',
    { alias: 'user', defaultDescription: 'the user of sudo or doas, or nobody, if files permit' },
  );
}
