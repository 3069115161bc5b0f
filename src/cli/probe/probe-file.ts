/** The PCAPNG file of `--pcap`. @module */
import { LinkType } from '../../base/link-type.ts';
import type { HostOptions } from '../../probe/index.ts';

export interface ProbeFileOptions {
  readonly path: string | undefined;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  readonly interface: string | undefined;
}

/**
 * Runs `work` with the tap that `--pcap` asks for. The file is created when the sockets are open, and closed also when
 * `work` fails.
 */
export async function withProbeFile(
  { path, protocol, interface: name = 'probes' }: ProbeFileOptions,
  work: (options: Pick<HostOptions, 'tap'>) => Promise<void>,
): Promise<void> {
  if (path === undefined) {
    await work({});
    return;
  }
  const { createPcapngWriter } = await import('../../pcap/index.ts');
  let writer: ReturnType<typeof createPcapngWriter> | undefined;
  const tap = () => {
    writer = createPcapngWriter(path, { comment: `probes of one run and their replies (${protocol})` });
    writer.addInterface({ linkType: LinkType.raw, name });
    return writer;
  };
  try {
    await work({ tap });
  } finally {
    await writer?.close();
  }
}
