/** TCP: the segment codec and its options. @module */
export { ConversationTable } from './conversation-table.ts';
