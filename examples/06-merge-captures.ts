/**
 * Writes capture files of any format and link type into one PCAPNG file that describes all their interfaces.
 * Run it with `node examples/06-merge-captures.ts one.pcap two.pcapng merged.pcapng`. @module
 */
import { createPcapngWriter, openFile } from 'tapline';

/** Writes the frames of all `inputs` to `output`, file by file, and returns the number of frames. */
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

if (process.argv[1] === import.meta.filename) {
  const inputs = process.argv.slice(2, -1);
  const output = process.argv.at(-1);
  if (inputs.length === 0 || output === undefined)
    throw new TypeError('give at least one input file and the output file');
  console.log(`${await mergeCaptures(inputs, output)} frames written to ${output}`);
}
