/** Several capture files, of any formats and link types, as one PCAPNG file with all their interfaces. @module */
import { createPcapngWriter, openFile } from 'tapline';

/** Writes the frames of all `inputs` to `output`, file by file. Returns how many there were. */
export async function mergeCaptures(inputs: readonly string[], output: string): Promise<number> {
  const writer = createPcapngWriter(output, { application: 'merge-captures' });
  try {
    for (const input of inputs) {
      await using source = await openFile(input);
      const numbers: number[] = [];
      for await (const batch of source.batches()) {
        for (let index = numbers.length; index < source.interfaces.length; index += 1) {
          const described = source.interfaces[index];
          if (described !== undefined) numbers.push(writer.addInterface({ ...described, description: input }));
        }
        batch.forEach((frame) => {
          writer.addTo(numbers[frame.interfaceIndex] ?? 0, frame, frame.length);
        });
      }
    }
    return writer.frames;
  } finally {
    await writer.close();
  }
}
