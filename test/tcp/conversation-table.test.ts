import { describe, expect, test } from 'vitest';
import { ConversationTable } from '../../src/tcp/conversation-table.ts';

describe('relative sequence numbers', () => {
  const segment = { source: 'a', destination: 'b', sourcePort: 1, destinationPort: 2, isSyn: false };

  test('both directions count from the first segment', () => {
    const table = new ConversationTable();
    const first = { ...segment, isSyn: true, sequence: 1000, acknowledgment: 5001 };
    expect(table.place(first)).toMatchObject({ sequence: 1000, acknowledgment: 5001 });
    expect(table.place({ ...segment, sequence: 1001, acknowledgment: 5011 })).toEqual({
      sequence: 1,
      acknowledgment: 11,
      selectiveBase: 5000,
    });
    const back = { ...segment, source: 'b', destination: 'a', sourcePort: 2, destinationPort: 1 };
    expect(table.place({ ...back, sequence: 4999, acknowledgment: 1001 })).toMatchObject({
      sequence: 0xffff_ffff,
      acknowledgment: 1,
    });
  });

  test('a flood of conversations removes the oldest, not the newest', () => {
    const table = new ConversationTable();
    const numbers = { sequence: 10, acknowledgment: 10 };
    table.place({ ...segment, ...numbers });
    for (let port = 0; port < 20_000; port += 1) table.place({ ...segment, ...numbers, source: 'c', sourcePort: port });
    expect(table.place({ ...segment, ...numbers }).sequence).toBe(10); // a new conversation
    expect(table.place({ ...segment, ...numbers, source: 'c', sourcePort: 19_999 }).sequence).toBe(0);
  });
});
