/** Values for random filters and random packets, few enough that they match often. @module */

export const IPV4_POOL = ['10.0.0.1', '10.0.0.2', '192.168.1.1', '224.0.0.5', '0.0.0.0'] as const;
export const IPV6_POOL = ['2001:db8::1', 'fe80::1', 'ff02::1', '::1'] as const;
export const MAC_POOL = ['00:11:22:33:44:55', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:05', '02:00:00:00:00:01'] as const;
export const PORT_POOL = [22, 53, 80, 443, 4789, 6081, 0, 65535] as const;
export const PROTOCOL_POOL = [1, 2, 6, 17, 50, 51, 58, 103, 112, 132, 0, 43, 44, 60, 59] as const;
export const VLAN_POOL = [0, 1, 100, 4095] as const;
export const LABEL_POOL = [0, 16, 100, 1048575] as const;
export const SMALL_POOL = [0, 1, 2, 4, 5, 8, 16, 64, 255] as const;
