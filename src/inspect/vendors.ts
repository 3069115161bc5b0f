/**
 * Vendors of MAC addresses: the most common assignments of the IEEE MA-L registry ("OUI",
 * https://standards-oui.ieee.org/), shortened by hand, and the locally administered prefixes that hypervisors and
 * container engines use by convention. @module
 */

/** Vendor, then its prefixes: three octets each. */
const ASSIGNMENTS: readonly (readonly [vendor: string, prefixes: string])[] = [
  ['3Com', '000102 00104b 0020af 0050da 00608c 00a024'],
  ['APC', '00c0b7'],
  ['ASUS', '000c6e 00112f 001a92 001d60 002618 14dae9 305a3a 5404a6'],
  ['Amazon', '44650d 747548 f0272d'],
  ['Apple', '000393 000a95 000d93 001451 0017f2 001b63 001ec2 0023df 002500 0026bb 3c0754 a45e60'],
  ['Arista', '001c73 444ca8'],
  ['Aruba', '000b86 001a1e 24dec6'],
  ['Avaya', '00040d 001b4f'],
  ['Axis', '00408c accc8e b8a44f'],
  ['Beckhoff', '000105'],
  ['Broadcom', '000af7 001018'],
  ['Brocade', '00051e 00e052 748ef8'],
  ['Brother', '008077'],
  ['Canon', '000085'],
  ['Chelsio', '000743'],
  ['Cisco', '00000c 000142 000143 000163 000164 00e014 00e01e'],
  ['Cisco-Linksys', '000e08 001217'],
  ['Cisco Meraki', '00180a 881544'],
  ['D-Link', '00055d 001b11 0050ba'],
  ['DEC', '08002b'],
  ['Dell', '001422 00188b 001e4f 002219 0026b9 00b0d0 1866da b82a72 d4ae52 f8bc12'],
  ['EMC', '006016'],
  ['Elitegroup', '000d87 001921'],
  ['Epson', '000048'],
  ['Espressif', '18fe34 240ac4 2462ab 30aea4 5ccf7f 84f3eb a020a6 ecfabc'],
  ['F5', '0001d7 0023e9'],
  ['Fortinet', '00090f 085b0e 704ca5'],
  ['Fujitsu', '00000e 000b5d'],
  ['Giga-Byte', '001fd0 00241d 1c6f65 74d435 902b34'],
  ['Google', '001a11 3c5ab4 546009 f4f5d8'],
  ['H3C', '000fe2'],
  [
    'HP',
    '000bcd 00110a 001185 001438 001635 0019bb 001a4b 001cc4 00215a 00237d 002655 00306e 0060b0 080009 3c4a92 9457a5',
  ],
  ['HP Enterprise', '1402ec'],
  ['Huawei', '001882 00259e 00e0fc'],
  ['IBM', '0004ac 00096b 000d60 00145e 001a64 00215e 006094 08005a 3440b5 40f2e9 5cf3fc e41f13'],
  ['Intel', '0002b3 000347 001320 001517 001b21 001cbf 001e67 009027 00a0c9 00aa00 00d0b7 3cfdfe 6805ca 90e2ba a0369f'],
  ['Juniper', '000585 0010db 00121e 0014f6 0019e2 001f12 002159'],
  ['LG', '00e091'],
  ['Lantronix', '00204a 0080a3'],
  ['MSI', '001617'],
  ['Mellanox', '0002c9 0c42a1 248a07 506b4b 98039b b8599f e41d2d f45214'],
  ['Microchip', '0004a3 001ec0'],
  ['Microsoft', '0003ff 000d3a 00155d 0017fa 001dd8 002248 0050f2 6045bd 7c1e52'],
  ['MikroTik', '000c42 4c5e0c 6c3b6b b869f4 cc2de0 d4ca6d'],
  ['Mitel', '00085d'],
  ['Moxa', '0090e8'],
  ['NEC', '00004c 003013'],
  ['NetApp', '00a098'],
  ['Netgear', '00095b 000fb5 00146c'],
  ['Nintendo', '0009bf 0017ab'],
  ['Nutanix', '506b8d'],
  ['Oracle', '0003ba 00144f 002128 080020'],
  ['PC Engines', '000db9'],
  ['Palo Alto Networks', '00869c 001b17'],
  ['Parallels', '001c42'],
  ['Philips', '001788'],
  ['Phoenix Contact', '00a045'],
  ['Polycom', '0004f2 64167f'],
  ['QEMU', '525400'],
  ['QLogic', '000e1e 00c0dd'],
  ['QNAP', '00089b 245ebe'],
  ['Raspberry Pi', '2ccf67 b827eb d83add dca632 e45f01'],
  ['Realtek', '00e04c'],
  ['Ricoh', '000074'],
  ['Rockwell', '0000bc 001d9c'],
  ['Samsung', '0000f0 001632'],
  ['Schneider Electric', '000054 0080f4'],
  ['Siemens', '000e8c 001b1b 080006'],
  ['Snom', '000413'],
  ['Solarflare', '000f53'],
  ['Sony', '00041f 0013a9 080046'],
  ['Supermicro', '002590 003048 0cc47a ac1f6b'],
  ['Synology', '001132'],
  ['TP-Link', '001d0f 14cc20 50c7bf ec086b f4f26d'],
  ['Texas Instruments', '00124b'],
  ['Ubiquiti', '00156d 002722 0418d6 24a43c 44d9e7 687251 788a20 802aa8 dc9fdb f09fc2 fcecda'],
  ['VMware', '000569 000c29 001c14 005056'],
  ['VRRP', '00005e'],
  ['VirtualBox', '080027'],
  ['WAGO', '0030de'],
  ['Xen', '00163e'],
  ['Xerox', '000000 0000aa'],
  ['Yealink', '001565 805ec0'],
];

/** Docker makes addresses from the IPv4 address of a container, below this prefix. */
const DOCKER = '02:42:';
/** `00:0c:29` */
const PREFIX_LENGTH = 8;

let byPrefix: ReadonlyMap<string, string> | undefined;

/** Returns the vendor of a MAC address as `formatMac` writes it; undefined if the table does not have it. */
export function vendorOf(mac: string): string | undefined {
  if (mac.startsWith(DOCKER)) return 'Docker';
  byPrefix ??= new Map(ASSIGNMENTS.flatMap(([vendor, prefixes]) => prefixesOf(prefixes).map((one) => [one, vendor])));
  return byPrefix.get(mac.slice(0, PREFIX_LENGTH));
}

/** Returns `00:0c:29` for `000c29`. */
function prefixesOf(prefixes: string): string[] {
  return prefixes.split(' ').map((digits) => digits.replace(/..(?=.)/g, '$&:'));
}
