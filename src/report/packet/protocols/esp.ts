/** The IP encapsulating security payload. @module */
import { hex } from '../format.ts';
import type { Printers } from '../printer.ts';

export const esp: Printers<'esp'> = {
  esp: {
    text: ({ securityParameters, sequence, length }) =>
      `ESP(spi=${hex(securityParameters, 8)},seq=${hex(sequence)}), length ${length}`,
  },
};
