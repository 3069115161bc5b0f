/** TCP conversations. @module */
export { ConversationTable } from './conversation-table.ts';
